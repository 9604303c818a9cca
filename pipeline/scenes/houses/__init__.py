"""Houses of India's regions, with two visible faces, weathered walls and random variation."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.scenes.houses import concrete, east, himalaya, islands, northeast, south, west
from pipeline.scenes.houses.walls import Rng
from pipeline.scenes.light import Light
from pipeline.scenes.prop import Prop
from pipeline.scenes.solid import Solid

Builder = Callable[[Solid, Rng], None]

STYLES: dict[str, tuple[Builder, str]] = {
    "andaman": (islands.andaman, "Dark planks under rust-red tin: the Andamans"),
    "andhra": (south.andhra, "Broad tiled manduva house with a turmeric door: Andhra"),
    "bamboo": (northeast.bamboo, "Bamboo house on stilts: the North-East"),
    "bengal": (east.bengal, "Hut under a bent chala roof: Bengal and its neighbours"),
    "bluewash": (east.bluewash, "Mud walls washed indigo blue: Chhattisgarh"),
    "brick": (concrete.brick, "Bare brick with rods for the next floor: the northern plains"),
    "deccan": (west.deccan, "Stone or flat concrete house: the Deccan"),
    "desert": (west.desert, "Mud hut or painted mud house: the Thar"),
    "flats": (concrete.flats, "Block of flats: a city"),
    "french": (south.french, "Mustard walls and white mouldings: French Puducherry"),
    "goa": (west.goa, "Painted villa with a pillared porch: Portuguese Goa"),
    "gujarat": (west.gujarat, "Tall pol house with carved wood: Gujarat"),
    "haveli": (west.haveli, "Sandstone haveli with jharokhas: Rajasthan"),
    "himachal": (himalaya.himachal, "Stone and timber courses under slate: the western Himalaya"),
    "island": (islands.island, "Low house washed white and blue: the islands"),
    "kashmir": (himalaya.kashmir, "Brick laced with timber under a steep metal roof: Kashmir"),
    "kerala": (south.kerala, "Steep clay-tile roof with a carved gable: Kerala"),
    "khasi": (northeast.khasi, "Bright boarded cottage on stone under tin: Meghalaya"),
    "kumaon": (himalaya.kumaon, "Whitewashed stone with carved windows under slate: Uttarakhand"),
    "ladakh": (himalaya.ladakh, "Whitewashed flat-roofed house with prayer flags: Ladakh"),
    "mangalore": (south.mangalore, "Mangalore tiles over a red plinth: coastal Karnataka"),
    "mithila": (east.mithila, "Mithila paintings on a plastered hut: Bihar"),
    "modernist": (concrete.modernist, "Bare concrete with sun-breakers: Chandigarh"),
    "morung": (northeast.morung, "Steep thatch with crossed horns: Nagaland"),
    "mud": (east.mud, "Whitewashed mud walls over ochre, mandana drawings: Madhya Pradesh"),
    "plaster": (concrete.plaster, "Painted plaster and concrete: the Gangetic plain"),
    "punjab": (concrete.punjab, "Wide two-storey house, a football for a water tank: Punjab"),
    "sikkim": (himalaya.sikkim, "Bright concrete with Buddhist trim under a metal roof: Sikkim"),
    "sohrai": (east.sohrai, "Sohrai paintings on red mud walls: Jharkhand"),
    "stilt": (northeast.stilt, "House on tall stilts over a slope: Mizoram"),
    "tamil": (south.tamil, "Bright flat house or tiled house with a striped plinth: Tamil Nadu"),
    "thatch": (east.thatch, "Deep thatch over painted mud walls: the eastern coast"),
    "tin": (northeast.tin, "Timber frame, white panels, sheet-metal roof: Assam-type house"),
    "wada": (west.wada, "Stone base, timber windows, tiled roof: a wada of Maharashtra"),
}


def house(style: str, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A house of a style, a key of `STYLES` (else KeyError). `yaw` > 0 shows its right side, < 0 its left."""
    if yaw is None:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(22, 40))
    build, meaning = STYLES[style]
    solid = Solid(light, yaw, size=9.0, wobble=0.035)
    build(solid, rng)
    return solid.prop("house", meaning)
