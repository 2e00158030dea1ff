import type { Transaction } from '@commerce-core/pg-pipeline';
import { readOldestDue, type OldestDue } from '../due-work/oldest-due.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { readDoctorRun, type DoctorRun } from '../doctor/run/doctor-run-repository.ts';
import { runAndSave } from '../doctor/run/run-and-save.ts';
import { readDueWork } from '../due-work/due-work-repository.ts';
import { runJobs, type JobReport } from '../due-work/run-jobs.ts';
import { runAsSystem } from '../events/actor.ts';
import { payableAfterCancelMs } from '../flows/gateway-outbox/poll-stale-payments.ts';
import { applyRetention } from '../flows/retention/apply-retention.ts';
import { jobsOf, type JobMethods } from '../jobs.ts';
import { readRetentionLag, type RetentionLag } from '../retention/retention-lag.ts';
import type { Context } from '../run/context.ts';

/** The shop as a whole: its transactions, jobs, invariants and queues. */
export function systemMethods(context: Context) {
  const { database, gateways, pollAfterMs, batcher, tail, sinks, keepMs, onRetention, onFault } = context;
  const listing = [...gateways.listing.keys()];
  return {
    /**
     * Runs `work` in one transaction and commits it. What `work` writes through `tx.db` commits together with the
     * orders of `placeOrdersIn`. `work` may run several times, so it must do nothing but database work.
     * @returns what `work` returned
     * @throws database_unavailable when the database can't be reached, or `work` paused for more than 10 s; nothing was
     * done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     * @throws Error when `work` throws; the transaction was rolled back
     */
    transaction: async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
      withTransaction(
        database,
        async (tx) => {
          await tx.began;
          return work(tx);
        },
        { mode: 'caller' },
      ),

    /**
     * Checks every invariant of the database, and stores what each check has found for `lastDoctorRun`.
     * @returns the invariants that don't hold, with examples; an empty list for a healthy shop
     * @throws database_unavailable when the database can't be reached
     */
    doctor: async () => read(async () => runAndSave(database, onFault)),

    /**
     * Reads when the doctor ran last in any process, and how many rows each check found.
     * @returns undefined when it has never run
     * @throws database_unavailable when the database can't be reached
     */
    lastDoctorRun: async (): Promise<DoctorRun | undefined> => read(async () => readDoctorRun(database)),

    /**
     * Removes what `keepMs` keeps no longer: up to `limit` rows (1,000 by default) of each rule that is due, in a short
     * transaction each. A rule is due once a minute, and again at once after a full batch.
     * @returns how many rows were removed (of webhook attempts: days), and whether there may be more (`isFull`)
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    applyRetention: async (limit = 1_000): Promise<{ removed: number; isFull: boolean }> =>
      applyRetention(database, keepMs, limit, onRetention ?? (() => {})),

    /**
     * Reads how many seconds ago the oldest row of each rule of retention should have gone: 0, or up to a minute while
     * the jobs run.
     * @throws database_unavailable when the database can't be reached
     */
    retentionLag: async (): Promise<RetentionLag> => read(async () => readRetentionLag(database, keepMs)),

    /**
     * Reads since when the oldest row of each kind of background work waits, in seconds; 0 when none does.
     * @throws database_unavailable when the database can't be reached
     */
    oldestDue: async (): Promise<OldestDue> => read(async () => readOldestDue(database)),

    /**
     * Runs the background jobs (see jobs.ts) until `signal` aborts, and finishes the turns that are running then. About
     * once a second one statement looks for due rows of all jobs. Any number of processes may run them. `report` is
     * called after each turn that handled rows, or that failed, and after each look for due rows that failed.
     * @throws nothing: a job that fails is reported and runs again
     */
    async runJobs(this: JobMethods, signal: AbortSignal, report: JobReport = () => {}): Promise<void> {
      const options = {
        providers: this.providers(),
        listing,
        pollAfterMs,
        payableAfterCancelMs,
        sinks: [...sinks.keys()],
        trackingProviders: this.trackingProviders(),
      };
      const readDue = async () => read(async () => readDueWork(database, options));
      const jobs = jobsOf(this, pollAfterMs, () => tail.hasFollowers);
      await runJobs(
        jobs.map((job) => ({ ...job, run: async (limit) => runAsSystem(async () => job.run(limit)) })),
        { readDue, notices: database.notices },
        signal,
        report,
      );
      await this.stopWebhooks();
      await this.closeEventSinks();
    },

    /**
     * The queues of batched calls: commands that wait, those of them that wait for locked rows, and batches that are
     * running.
     * @throws nothing
     */
    queues: () => batcher.queues.map(({ name, waiting, blocked, running }) => ({ name, waiting, blocked, running })),

    /**
     * Stops accepting batched calls: orders, payments and gateway events. Resolves when all accepted calls are
     * answered.
     * @throws nothing
     */
    close: async (): Promise<void> => batcher.close(),
  };
}
