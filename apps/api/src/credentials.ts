/** A token, or a function that returns one. It gets the token that the API has just refused. */
type Token = string | ((refused?: string) => string | undefined | Promise<string | undefined>) | undefined;

/** The token of a client's requests, and which requests are sent once more with a renewed one. */
export class Credentials {
  readonly #token: Token;
  readonly #send: typeof fetch;
  /** The token with which a response was requested. Requests run at the same time, with different tokens. */
  readonly #sent = new WeakMap<object, string>();
  readonly #renewed = new WeakSet<object>();
  #refused: string | undefined;

  constructor(token: Token, send: typeof fetch = (input, init) => fetch(input, init)) {
    this.#token = token;
    this.#send = send;
  }

  async headers(): Promise<Record<string, string>> {
    const refused = this.#refused;
    this.#refused = undefined;
    const token = typeof this.#token === 'function' ? await this.#token(refused) : this.#token;
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const response = await this.#send(input, init);
    const token = /^Bearer (.+)$/.exec(new Headers(init?.headers).get('authorization') ?? '')?.[1];
    if (token !== undefined) this.#sent.set(response, token);
    return response;
  };

  /**
   * Whether an operation whose token was refused is sent again: once, when the token comes from a function.
   * @param operation an object that all attempts of the operation share
   * @param response the refusal
   */
  mayRenew(operation: object, response: unknown): boolean {
    if (typeof this.#token !== 'function' || this.#renewed.has(operation)) return false;
    this.#renewed.add(operation);
    if (typeof response === 'object' && response !== null) this.#refused = this.#sent.get(response);
    return true;
  }
}
