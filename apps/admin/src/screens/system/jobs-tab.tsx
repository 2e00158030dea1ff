import type { RouterOutputs } from '@commerce-core/client';
import { Link } from '@tanstack/react-router';
import { CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import { countMax, useStatus } from './use-status.ts';

type ShopStatus = RouterOutputs['system']['status'];

const isNamed = (job: string, names: object): job is keyof typeof systemTexts.en.jobs => Object.hasOwn(names, job);

/** How far each background job is behind, what waits for a person or a gateway, and the queues of calls. */
export function JobsTab() {
  const { loading } = useTexts();
  const { data, error, refetch } = useStatus();
  if (!data) return error ? <Failure error={error} retry={() => void refetch()} /> : <p>{loading}</p>;
  return (
    <>
      {error && <Failure error={error} retry={() => void refetch()} />}
      <Jobs jobs={data.jobs} />
      <Parked parked={data.parked} />
      <Queues queues={data.queues} />
      <CommandLine words={['status']} />
    </>
  );
}

/** Returns what writes a number that the server counts up to `countMax` only. */
function useCounted(): (number: number) => string {
  const texts = useTextsOf(systemTexts);
  const { count } = useFormat();
  return (number) => (number < countMax ? count(number) : texts.orMore(count(countMax)));
}

function Jobs({ jobs }: Pick<ShopStatus, 'jobs'>) {
  const texts = useTextsOf(systemTexts);
  const { count } = useFormat();
  const counted = useCounted();
  const nameOf = (job: string) =>
    isNamed(job, texts.jobs) ? texts.jobs[job] : texts.publish(job.replace('publish_events_', ''));
  const late = jobs.filter(({ isLate }) => isLate).length;
  return (
    <Panel
      title={texts.jobsTitle}
      aside={
        <span className={`${parts['chip']} ${late > 0 ? parts['bad'] : parts['good']}`} role="status">
          {late > 0 ? texts.lateJobs(late) : texts.inTime}
        </span>
      }
    >
      <p className={parts['quiet']}>{texts.jobsAdvice}</p>
      {late > 0 && <p className={`${parts['notice']} ${parts['error']}`}>{texts.lateAdvice}</p>}
      <Table
        label={texts.jobsTitle}
        rows={jobs}
        keyOf={({ job }) => job}
        columns={[
          {
            head: texts.job,
            cell: ({ job }) => (
              <>
                <div>{nameOf(job)}</div>
                <code className={parts['quiet']}>{job}</code>
              </>
            ),
          },
          {
            head: texts.waiting,
            cell: ({ waiting }) => (waiting === null ? '–' : counted(waiting)),
            isNumber: true,
          },
          {
            head: texts.oldest,
            cell: ({ oldestSeconds }) => (oldestSeconds === null ? '–' : texts.seconds(count(oldestSeconds))),
            isNumber: true,
          },
          {
            head: texts.state,
            cell: ({ isLate }) => (
              <span className={`${parts['chip']} ${isLate ? parts['bad'] : parts['good']}`}>
                {isLate ? texts.late : texts.inTime}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Parked({ parked }: Pick<ShopStatus, 'parked'>) {
  const texts = useTextsOf(systemTexts);
  const { count } = useFormat();
  const { may } = useMe();
  const counted = useCounted();
  return (
    <Panel title={texts.parked}>
      <dl className={parts['facts']}>
        <div>
          <dt>{texts.parkedMessages}</dt>
          <dd>
            {may('gateway-events') ? (
              <Link to="/events" search={{ tab: 'messages', outcome: 'PARKED' }}>
                {counted(parked.gatewayEvents)}
              </Link>
            ) : (
              counted(parked.gatewayEvents)
            )}
          </dd>
        </div>
        <div>
          <dt>{texts.parkedTracking}</dt>
          <dd>{counted(parked.trackingMessages)}</dd>
        </div>
        <div>
          <dt>{texts.parkedDeliveries}</dt>
          <dd>
            {may('webhooks') ? (
              <Link to="/events" search={{ tab: 'endpoints' }}>
                {counted(parked.webhookDeliveries)}
              </Link>
            ) : (
              counted(parked.webhookDeliveries)
            )}
          </dd>
        </div>
        <div>
          <dt>{texts.unanswered}</dt>
          <dd>{counted(parked.unansweredCalls)}</dd>
        </div>
        <div>
          <dt>{texts.oldestRefund}</dt>
          <dd>{texts.seconds(count(parked.oldestRefundSeconds))}</dd>
        </div>
      </dl>
    </Panel>
  );
}

function Queues({ queues }: Pick<ShopStatus, 'queues'>) {
  const texts = useTextsOf(systemTexts);
  const { count } = useFormat();
  return (
    <Panel title={texts.queues}>
      <p className={parts['quiet']}>{texts.queuesAdvice}</p>
      <Table
        label={texts.queues}
        rows={queues}
        keyOf={({ name }) => name}
        columns={[
          { head: texts.queue, cell: ({ name }) => <code>{name}</code> },
          { head: texts.waiting, cell: ({ waiting }) => count(waiting), isNumber: true },
          { head: texts.blocked, cell: ({ blocked }) => count(blocked), isNumber: true },
          { head: texts.running, cell: ({ running }) => count(running), isNumber: true },
        ]}
      />
    </Panel>
  );
}
