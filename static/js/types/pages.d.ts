// What pages carry for their scripts (json_script), and what addresses answer.

interface Position {
  latitude: number;
  longitude: number;
}

/** Left, top, right and bottom in fractions of a picture's sides. */
type Box = [number, number, number, number];

/** South-west and north-east, as [latitude, longitude]. */
type Bounds = [[number, number], [number, number]];

interface MapSettings {
  basemap: Record<string, string>;
  bounds: Bounds;
  tile_url: string;
}

/** A line of search.json: name, its state ("" for a state itself), latitude, longitude, bounds (null for a town), former
 * names, and names in Hindi, Bengali, Marathi, Tamil, Telugu and the state's own script, "" where unknown. */
type Place = [string, string, number, number, Bounds | null, string[], string[]];

interface Cell {
  name: string;
  state: string;
  probability: number;
  geometry: GeoJSON.GeometryObject;
}

interface PlayerGuess {
  latitude: number | null;
  longitude: number | null;
  distance_km: number | null;
  score: number;
}

interface ModelGuess extends Position {
  distance_km: number;
  score: number;
}

interface Streak {
  title: string;
  player: string;
  model: string;
  length: number;
}

/** A locked round. */
interface RoundResult {
  truth: RoomSocket.Truth;
  player: PlayerGuess;
  model: ModelGuess & { radius_km: number; version: string; doubtful: boolean };
  cells: Cell[];
  texts: RoomSocket.ReadText[];
  clues: RoomSocket.Clues;
  photo: RoomSocket.Credit;
  totals: { player: number; model: number };
  next_url: string;
  last: boolean;
  streak: Streak | null;
  reasons_url: string;
}

interface RoundPage extends MapSettings {
  number: number;
  rounds: number;
  illustrated: boolean;
  image_url: string;
  server_now_ms: number;
  deadline_ms: number | null;
  draft: Position | null;
  urls: { guess: string; draft: string; result: string; report: string; socket: string; next: string };
  result: RoundResult | null;
}

interface SummaryPage extends MapSettings {
  rounds: { number: number; truth: Position; player: PlayerGuess; model: ModelGuess }[];
  max: number;
  share_text: string;
}

interface RoomPage extends MapSettings {
  role: "player" | "screen" | "pupil";
  socket: string;
  join_url: string;
  state: string;
  act: string;
  final: string;
  full_health: number;
}

interface LessonPage {
  photos: { id: number; state: string; place: string; thumb: string; shown: boolean }[];
  steps: { photo: number; collection: string; note: string }[];
  collection: string;
  most: number;
  longest: number;
}

interface ReportPage extends MapSettings {
  rounds: {
    number: number;
    truth: RoomSocket.Truth;
    model: ModelGuess | null;
    pins: (Position & { name: string; score: number })[];
    mean: number | null;
  }[];
}

interface Attention {
  values: number[][];
  seen: Box;
  regions: Box[];
  method: string;
}

interface Likelihood {
  name: string;
  probability: number;
}

/** A text that counted: where it stands, what it means, and the guess without it; most in the player's language. */
interface ShownText {
  kind: string;
  text: string;
  meaning: string;
  effect: string;
  boxes: Box[];
  without: Position;
}

/** A clue that the model found in the picture: what covering it changes, and where drawn scenes show it. */
interface SeenClue {
  name: string;
  box: Box;
  probability: number;
  is_reason: boolean;
  effect: string;
  without: Position;
  places: [number, number][];
}

/** A clue that a drawn scene is known to hold. */
interface HeldClue {
  name: string;
  boxes: Box[];
}

/** What the model makes of a picture, and why. */
interface Reasons extends Position {
  radius_km: number;
  doubtful: boolean;
  pin_among_likeliest: boolean;
  texts: ShownText[];
  seen: { clues: SeenClue[]; from: Position; apart: boolean } | null;
  states: Likelihood[];
  cells: Likelihood[];
  heat: number[];
  neighbours: (Position & { cosine: number; place: string; picture: string | null; credit: string })[];
  clues: { task: string; labels: { label: string; probability: number }[] }[];
  attention?: Attention | null;
}

interface ReasonsPage extends MapSettings {
  reasons: Reasons | null;
  truth: Position | null;
  player: Position | null;
  held: HeldClue[];
  urls: { look: string; answer: string; answers: string; cells: string };
}

interface ReviewPage extends MapSettings {
  place: Position;
  model: (Position & { radius_km: number }) | null;
  crop: Box | null;
  covered: Box[];
}

type FileState = "coming" | "there" | "new" | "known" | "rejected" | "unplaced" | "taken";

interface UploadedFile {
  id: number;
  name: string;
  size: number;
  received: number;
  state: FileState;
  detail: string;
  latitude: number | null;
  longitude: number | null;
  archive: boolean;
}

interface UploadState {
  files: UploadedFile[];
  counts: Partial<Record<FileState, number>>;
  checked: boolean;
  taken_in: boolean;
  waiting: number;
  job: (JobSocket.Snapshot & { url: string }) | null;
}

interface UploadPage extends UploadState, MapSettings {
  chunk: number;
  urls: { announce: string; receive: string; state: string; act: string; picture: string };
}
