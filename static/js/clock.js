// @ts-check
// An estimate of the server's clock: the offset comes from the exchange with the shortest round trip.

export class ServerClock {
  #offset;
  #bestRoundTrip = Infinity;

  /** @param {number} serverNow the server's time in ms when it wrote the page */
  constructor(serverNow) {
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    const arrived = performance.timeOrigin + (navigation?.responseStart ?? 0);
    this.#offset = serverNow - arrived;
  }

  /**
   * Process the answer to a message.
   * @param {number} sent when the message was sent, by the browser's clock in ms
   * @param {number} serverNow the server's in its answer
   */
  learn(sent, serverNow) {
    const roundTrip = Date.now() - sent;
    if (roundTrip < 0 || roundTrip >= this.#bestRoundTrip) return;
    this.#bestRoundTrip = roundTrip;
    this.#offset = serverNow + roundTrip / 2 - Date.now();
  }

  now() {
    return Date.now() + this.#offset;
  }
}
