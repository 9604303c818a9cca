// What goes over the sockets. Made from the server's types by `python -m tests.message_types`: do not edit.

declare namespace RoomSocket {
  /** The heartbeat. Its answer repeats ``t``, the browser's clock, and adds the server's. */
  interface Ping {
    type: "ping";
    t: number;
  }
  /** Ask for a new snapshot, because an event was missed. */
  interface Sync {
    type: "sync";
    id: number;
  }
  /** Store the pin's position as a draft. */
  interface Draft {
    type: "draft";
    id: number;
    round: number;
    latitude: number;
    longitude: number;
  }
  /** Lock the pin at this position. */
  interface Guess {
    type: "guess";
    id: number;
    round: number;
    latitude: number;
    longitude: number;
  }
  /** The host ends this phase of this round. */
  interface Advance {
    type: "advance";
    id: number;
    phase: "guess" | "lobby" | "reveal";
    round: number;
  }
  /** The host of a lesson skips to the next photo without a reveal. */
  interface Skip {
    type: "skip";
    id: number;
    round: number;
  }
  /** The host stops the clock. */
  interface Pause {
    type: "pause";
    id: number;
  }
  /** The host starts the clock again. */
  interface Resume {
    type: "resume";
    id: number;
  }
  /** The host ends the room. */
  interface End {
    type: "end";
    id: number;
  }
  /** The host closes the room to new players, or opens it again. */
  interface Close {
    type: "close";
    id: number;
    closed: boolean;
  }
  /** Rename a seat, and let the host change its team. */
  interface Rename {
    type: "rename";
    id: number;
    seat: number;
    name: string;
    team?: string;
  }
  /** The host removes a seat. */
  interface Remove {
    type: "remove";
    id: number;
    seat: number;
  }
  /** Play again: open a new room with the members who are present. */
  interface Again {
    type: "again";
    id: number;
  }
  /** One of the preset reactions. */
  interface React {
    type: "react";
    id: number;
    reaction: "bravo" | "heart" | "laugh" | "think" | "wow";
  }
  /** The whole room, as this member may know it. */
  interface Snapshot {
    closed: boolean;
    ends_at_ms: number | null;
    following: string | null;
    host: number;
    locked: Array<number>;
    me: Me;
    model_health: number | null;
    number: number;
    paused: boolean;
    phase: "guess" | "lobby" | "over" | "reveal";
    present: Array<number>;
    reveal: Reveal | null;
    revision: number;
    room: RoomRules;
    round: OpenRound | null;
    seats: Array<SeatPublic>;
    server_now_ms: number;
    teams: Record<string, number> | null;
    totals: Record<string, number>;
    type: "snapshot";
  }
  /** The member who is told. */
  interface Me {
    host: boolean;
    locked: boolean;
    pin: Place | null;
    seat: number | null;
  }
  /** A place in degrees. */
  interface Place {
    latitude: number;
    longitude: number;
  }
  /** Everything about a revealed round. */
  interface Reveal {
    clues: Clues;
    damage: number | null;
    health: Record<string, number | null>;
    last: boolean;
    model: ModelPin | null;
    note: string;
    number: number;
    photo: Credit;
    pins: Array<ShownPin>;
    teams: Record<string, number> | null;
    texts: Array<ReadText>;
    totals: Record<string, number>;
    truth: Truth;
  }
  /** The clues of a revealed picture. ``names`` has those of clues by the English ones, for each language. */
  interface Clues {
    found: Array<FoundClue>;
    known: Array<KnownClue>;
    names: Record<string, Record<string, string>>;
  }
  /** A clue that the model found, and how far covering it moves the model's guess; None: it is no reason for it. */
  interface FoundClue {
    box: [number, number, number, number];
    moved_km: number | null;
    name: string;
  }
  /** A clue that is known to be in a picture, and what is written on it, as it is written. */
  interface KnownClue {
    box: [number, number, number, number];
    name: string;
    writing: string;
  }
  /** The model's guess in a revealed round. */
  interface ModelPin {
    distance_km: number;
    latitude: number;
    longitude: number;
    radius_km: number;
    score: number;
  }
  /** Who made a photo, and its licence. */
  interface Credit {
    attribution: string;
    author: string;
    licence: string;
    source: string;
  }
  /** A player's pin in a revealed round. */
  interface ShownPin {
    distance_km: number;
    latitude: number;
    longitude: number;
    score: number;
    seat: number;
  }
  /** A text that the model read, and its guess without it: the distance from the truth in km, and the points. */
  interface ReadText {
    distance_km: number;
    kind: string;
    score: number;
    text: string;
  }
  /** Where a photo was taken, with the place's name in the local script if it is known. */
  interface Truth {
    district: string;
    latitude: number;
    local_name: string;
    longitude: number;
    names: Record<string, Record<string, string>>;
    place: string;
    state: string;
  }
  /** What does not change while a room is played. */
  interface RoomRules {
    code: string;
    collection: string;
    illustrated: boolean;
    in_teams: boolean;
    kind: string;
    level: string;
    model_plays: boolean;
    rounds: number;
    time_limit_s: number | null;
    title: string;
  }
  /** A round without anything about its answer. */
  interface OpenRound {
    ends_at_ms: number | null;
    number: number;
    picture: Picture;
  }
  /** Where a round's picture is, and its size in pixels. */
  interface Picture {
    height: number;
    url: string;
    width: number;
  }
  /** A seat as everybody in the room sees it. */
  interface SeatPublic {
    from_round: number;
    health: number | null;
    id: number;
    name: string;
    team: string;
  }
  /** The request was done. */
  interface Ack {
    following?: string | null;
    id: number;
    locked?: boolean;
    type: "ack";
  }
  /** It was not; the message says why. */
  interface Refusal {
    code: string;
    id: number | null;
    message: string;
    type: "error";
  }
  interface Presence {
    present: Array<number>;
    type: "presence";
  }
  interface Reaction {
    reaction: string;
    seat: number;
    type: "reaction";
  }
  /** The answer to a ping, with its own time and the server's. */
  interface Pong {
    server_now_ms: number;
    t: number;
    type: "pong";
  }
  /** What every event carries beside its change. */
  interface Numbered {
    revision: number;
    type: "event";
  }
  interface Joined {
    event: "joined";
    seat: SeatPublic;
  }
  interface Renamed {
    event: "renamed";
    name: string;
    seat: number;
    team: string;
    teams: Record<string, number> | null;
  }
  interface Removed {
    event: "removed";
    seat: number;
    teams: Record<string, number> | null;
  }
  interface NewHost {
    event: "host";
    seat: number;
  }
  interface Closed {
    closed: boolean;
    event: "closed";
  }
  interface Locked {
    ends_at_ms: number | null;
    event: "locked";
    seat: number;
  }
  interface RoundOpened {
    ends_at_ms: number | null;
    event: "round";
    number: number;
    picture: Picture;
  }
  interface Revealed {
    clues: Clues;
    damage: number | null;
    ends_at_ms: number | null;
    event: "reveal";
    health: Record<string, number | null>;
    last: boolean;
    model: ModelPin | null;
    note: string;
    number: number;
    photo: Credit;
    pins: Array<ShownPin>;
    teams: Record<string, number> | null;
    texts: Array<ReadText>;
    totals: Record<string, number>;
    truth: Truth;
  }
  interface Paused {
    event: "paused";
  }
  interface Resumed {
    ends_at_ms: number | null;
    event: "resumed";
  }
  interface Over {
    event: "over";
  }
  interface Following {
    event: "following";
    following: string | null;
  }
  /** All revealed rounds. */
  interface Final {
    rounds: Array<FinalRound>;
  }
  interface FinalRound {
    best: ShownPin | null;
    clues: Clues;
    image_url: string;
    model: ModelPin | null;
    number: number;
    own: ShownPin | null;
    truth: Truth;
  }
  type Request = (Ping | Sync | Draft | Guess | Advance | Skip | Pause | Resume | End | Close | Rename | Remove | Again | React);
  type Message = (Snapshot | Ack | Refusal | Presence | Reaction | Pong);
  type Event = Numbered & (Joined | Renamed | Removed | NewHost | Closed | Locked | RoundOpened | Revealed | Paused | Resumed | Over | Following);
}

declare namespace RoundSocket {
  /** How the round stands when a tab connects. */
  interface Snapshot {
    deadline_ms: number | null;
    locked: boolean;
    server_now_ms: number;
    type: "snapshot";
  }
  /** It was locked just now. */
  interface Locked {
    type: "locked";
  }
  /** The answer to a ping, with its own time and the server's. */
  interface Pong {
    server_now_ms: number;
    t: number;
    type: "pong";
  }
  /** A message that was not understood. */
  interface Refusal {
    message: string;
    type: "error";
  }
  type Message = (Snapshot | Locked | Pong | Refusal);
}

declare namespace JobSocket {
  /** The full state of a job, which a page gets when it connects. */
  interface Snapshot {
    active: boolean;
    cancel_requested: boolean;
    curve: Record<string, Array<[number, number]>>;
    done: number;
    elapsed_s: number | null;
    error: string;
    log: string;
    phase: string;
    remaining_s: number | null;
    result: Result;
    retriable: boolean;
    revision: number;
    status: string;
    total: number;
    type: "snapshot";
  }
  /** What a job that succeeded leaves: figures by label, links as [label, address], names of files. */
  interface Result {
    figures?: Record<string, number | string | boolean | Array<unknown> | null>;
    files?: Array<string>;
    links?: Array<[string, string]>;
  }
  /** The state, and the new parts of log and curves. */
  interface Change {
    active: boolean;
    cancel_requested: boolean;
    done: number;
    elapsed_s: number | null;
    error: string;
    log: string;
    phase: string;
    points: Array<[string, number, number]>;
    remaining_s: number | null;
    result?: Result;
    retriable: boolean;
    revision: number;
    status: string;
    total: number;
    type: "change";
  }
  /** The answer to a ping, with its own time and the server's. */
  interface Pong {
    server_now_ms: number;
    t: number;
    type: "pong";
  }
  /** A message that was not understood. */
  interface Refusal {
    message: string;
    type: "error";
  }
  type Message = (Snapshot | Change | Pong | Refusal);
}
