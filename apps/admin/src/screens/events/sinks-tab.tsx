import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';

const pollMs = 5_000;

/** The brokers that get every event, and how far behind each is. */
export function SinksTab() {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const { time, count } = useFormat();
  const list = useQuery(trpc.eventSink.list.queryOptions(undefined, { refetchInterval: pollMs }));
  return (
    <Panel title={texts.sinks}>
      <p className={parts['quiet']}>{texts.sinksAdvice}</p>
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isLoading && <p>{loading}</p>}
      {list.data && (
        <Table
          label={texts.sinks}
          rows={list.data.items}
          keyOf={({ name }) => name}
          columns={[
            { head: texts.sink, cell: ({ name }) => name },
            { head: texts.position, cell: ({ position }) => <code>{position}</code>, isNumber: true },
            { head: texts.behind, cell: ({ lagEvents }) => count(lagEvents), isNumber: true },
            { head: texts.seconds, cell: ({ lagSeconds }) => count(Math.round(lagSeconds)), isNumber: true },
            { head: texts.failures, cell: ({ attempts }) => attempts, isNumber: true },
            {
              head: texts.published,
              cell: ({ publishedAt }) =>
                publishedAt === null ? '' : <time dateTime={publishedAt}>{time(publishedAt)}</time>,
            },
            { head: texts.failure, cell: ({ failure }) => failure },
          ]}
        />
      )}
      <CommandLine words={['sinks', 'list']} />
    </Panel>
  );
}
