import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouterOutputs } from '@commerce-core/client';
import { trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import styles from './system.module.css';

type Violation = RouterOutputs['system']['doctor']['violations'][number];

/** Runs the doctor when asked, and keeps its last report while the page is open. */
export function DoctorTab() {
  const texts = useTextsOf(systemTexts);
  const { actions } = useTexts();
  const { time } = useFormat();
  const options = { enabled: false, staleTime: Infinity, gcTime: Infinity };
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery(
    trpc.system.doctor.queryOptions(undefined, options),
  );
  return (
    <>
      <Panel
        title={texts.doctor}
        aside={
          <Button look="primary" onClick={() => void refetch()} disabled={isFetching}>
            {isFetching ? actions.working : texts.runDoctor}
          </Button>
        }
      >
        <p className={parts['quiet']}>{texts.doctorAdvice}</p>
        <div role="status">
          {data && !isFetching && (
            <p className={data.violations.length > 0 ? `${parts['notice']} ${parts['error']}` : ''}>
              {data.violations.length > 0 ? texts.found(data.violations.length) : texts.sound}{' '}
              {texts.lastRun(time(new Date(dataUpdatedAt).toISOString()))}
            </p>
          )}
        </div>
        {error && <Failure error={error} retry={() => void refetch()} />}
      </Panel>
      {data?.violations.map((violation) => (
        <Finding key={violation.name} violation={violation} />
      ))}
      <CommandLine words={['doctor']} />
    </>
  );
}

/** One invariant that does not hold: what must hold, what to do first, and rows that break it. */
function Finding({ violation: { name, sentence, advice, count, examples } }: { violation: Violation }) {
  const texts = useTextsOf(systemTexts);
  const { count: countText } = useFormat();
  return (
    <Panel
      title={name}
      aside={<span className={`${parts['chip']} ${parts['bad']}`}>{texts.rows(countText(count))}</span>}
    >
      <p lang="en">{sentence}</p>
      <p lang="en">
        <strong>{texts.first}</strong> {advice}
      </p>
      <ul className={styles['examples']}>
        {examples.map((example, index) => (
          <li key={index}>
            {typeof example['orderId'] === 'string' && (
              <Link to="/orders/$orderId" params={{ orderId: example['orderId'] }}>
                {texts.openOrder}
              </Link>
            )}{' '}
            <code>{JSON.stringify(example)}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
