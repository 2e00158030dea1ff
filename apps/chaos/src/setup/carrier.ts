/** One attempt to give the shop a message. `duplicate`: the shop had the message already. */
export type Attempt = { duplicate: boolean | null };

/** The simulator's carrier. */
export type Carrier = {
  /** Scans a parcel. Returns the attempts to tell the shop; none when the message got lost. */
  scan: (scan: { carrier: string; trackingNumber: string; status: string; at: Date }) => Promise<Attempt[]>;
};

/** Creates the carrier of the simulator at `url`. */
export const createCarrier = (url: string): Carrier => ({
  async scan({ carrier, trackingNumber, status, at }) {
    const response = await fetch(`${url}/mock-carrier/scans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ carrier, trackingNumber, status, at, wait: true }),
    });
    if (!response.ok) throw new Error(`the carrier's simulator returned ${response.status}: ${await response.text()}`);
    // The simulator answers with its report and the attempts.
    return ((await response.json()) as { attempts: Attempt[] }).attempts;
  },
});
