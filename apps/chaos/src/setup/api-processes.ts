import { startApi, type Api } from './api.ts';

const processes = 2;
/** How often a process is started that ends while it starts: the faults also break the connections of its start. */
const startsMax = 5;

/** The API processes of a run, which can be killed and started again. */
export class ApiProcesses {
  /** The files that the processes log to, one a start. */
  readonly logs: string[] = [];
  /** When a process was killed, in ms of `performance.now()`. */
  readonly killedAt: number[] = [];
  /** Undefined in the place of a process that is not running. */
  readonly #apis: (Api | undefined)[] = [];
  readonly #startApi: typeof startApi;
  #env: Record<string, string> = {};

  constructor(start = startApi) {
    this.#startApi = start;
  }

  /** Starts all processes with this environment, which also holds for later starts. */
  async start(env: Record<string, string>): Promise<void> {
    this.#env = env;
    await Promise.all(Array.from({ length: processes }, (_, place) => this.#startAt(place)));
  }

  /** Returns the URLs of the running processes. */
  urls(): string[] {
    return this.#apis.flatMap((api) => api?.url ?? []);
  }

  /** Kills one process with SIGKILL and starts it again. The processes take turns. */
  async killOne(): Promise<void> {
    const place = this.killedAt.length % processes;
    this.killedAt.push(performance.now());
    const api = this.#apis[place];
    await api?.kill();
    this.#apis[place] = undefined;
    await this.#startAt(place);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#apis.map(async (api) => api?.stop()));
  }

  /** Starts a process as a supervisor does: again, when it ended while it started. */
  async #startAt(place: number): Promise<void> {
    for (let starts = 1; ; starts += 1) {
      try {
        const api = await this.#startApi(this.#env);
        this.logs.push(api.log);
        this.#apis[place] = api;
        return;
      } catch (error) {
        if (starts === startsMax) throw error;
      }
    }
  }
}
