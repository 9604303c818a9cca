// What classic scripts give to every page: the catalogue of the player's language, and Leaflet.

declare function gettext(text: string): string;
declare function pgettext(context: string, text: string): string;
declare function ngettext(singular: string, plural: string, count: number): string;

interface Window {
  L: typeof import("leaflet");
}
