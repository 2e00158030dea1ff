import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouterInputs, RouterOutputs } from '@commerce-core/client';
import { useState } from 'react';
import { client, queryClient, trpc } from '../../api.ts';
import { ActionDialog, Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine, Failure, Panel, Status, Table } from '../../components/parts.tsx';
import { usePages } from '../../components/use-pages.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import type { Endpoint } from './endpoint.ts';
import styles from './events.module.css';
import type { EventsSearch } from './events-search.ts';

type Attempt = RouterOutputs['delivery']['list']['items'][number];
type Redrive = RouterInputs['delivery']['redrive'];

const pollMs = 5_000;
const statuses = ['DELIVERED', 'FAILED', 'PARKED'] as const;

/** The attempts to deliver to an endpoint, the latest first, and what delivers events once more. */
export function Deliveries({ endpoint, search }: { endpoint: Endpoint; search: EventsSearch }) {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const [opened, setOpened] = useState<Attempt>();
  const [redriven, setRedriven] = useState<Redrive>();
  const { id: endpointId, parked } = endpoint;
  const { delivery: status } = search;
  const input = { endpointId, ...(status && { status }), limit: 50 };
  const list = usePages(
    [['delivery', 'list'], { type: 'pages', input }],
    async (cursor) => client.delivery.list.query({ ...input, ...cursor }),
    { pollMs },
  );
  return (
    <Panel
      title={texts.deliveries}
      aside={
        parked > 0 && (
          <Button onClick={() => setRedriven({ endpointId, parked: true })}>{texts.redriveParked(parked)}</Button>
        )
      }
    >
      <StatusFilter endpointId={endpointId} chosen={status} />
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && <AttemptTable attempts={list.items} onOpen={setOpened} />}
      {list.showMore && (
        <div>
          <Button onClick={list.showMore}>{texts.older}</Button>
        </div>
      )}
      <CommandLine words={['webhooks', 'deliveries', endpointId, ...(status ? ['--status', status] : [])]} />
      {opened && (
        <AttemptDialog
          attempt={opened}
          onClose={() => setOpened(undefined)}
          onRedrive={() => {
            setOpened(undefined);
            setRedriven({ endpointId, eventId: opened.eventId });
          }}
        />
      )}
      {redriven && <RedriveDialog input={redriven} parked={parked} onClose={() => setRedriven(undefined)} />}
    </Panel>
  );
}

function StatusFilter({ endpointId, chosen }: { endpointId: string; chosen: Attempt['status'] | undefined }) {
  const texts = useTextsOf(eventsTexts);
  const { status: statusText } = useFormat();
  return (
    <nav className={parts['row']} aria-label={texts.status}>
      {[undefined, ...statuses].map((one) => (
        <Link
          key={one ?? ''}
          to="/events"
          search={{ tab: 'endpoints', endpoint: endpointId, ...(one && { delivery: one }) }}
          className={`${parts['button']} ${one === chosen ? parts['primary'] : ''}`}
          activeOptions={{ exact: true }}
          {...(one === chosen && { 'aria-current': 'true' })}
        >
          {one ? statusText(one) : texts.any}
        </Link>
      ))}
    </nav>
  );
}

function AttemptTable({ attempts, onOpen }: { attempts: readonly Attempt[]; onOpen: (attempt: Attempt) => void }) {
  const texts = useTextsOf(eventsTexts);
  const { time } = useFormat();
  return (
    <Table
      label={texts.deliveries}
      rows={attempts}
      keyOf={({ id }) => id}
      columns={[
        { head: texts.time, cell: ({ createdAt }) => <time dateTime={createdAt}>{time(createdAt)}</time> },
        {
          head: texts.type,
          cell: (attempt) => (
            <Button look="link" onClick={() => onOpen(attempt)} title={texts.open}>
              <code>{attempt.type}</code>
              {attempt.events > 1 && ` ${texts.andMore(attempt.events - 1)}`}
            </Button>
          ),
        },
        { head: texts.status, cell: (attempt) => <Status of={attempt.status} /> },
        { head: texts.attempt, cell: ({ attempt }) => attempt, isNumber: true },
        { head: texts.answer, cell: ({ statusCode, failure }) => statusCode ?? failure },
        {
          head: texts.nextTry,
          cell: ({ nextAttemptAt }) =>
            nextAttemptAt === null ? '' : <time dateTime={nextAttemptAt}>{time(nextAttemptAt)}</time>,
        },
      ]}
    />
  );
}

type AttemptDialogProps = { attempt: Attempt; onClose: () => void; onRedrive: () => void };

/** One attempt: the answer of the receiver, and the button that delivers its event once more. */
function AttemptDialog({ attempt, onClose, onRedrive }: AttemptDialogProps) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const { time } = useFormat();
  const facts: [string, string | number][] = [
    [texts.time, time(attempt.createdAt)],
    [texts.attempt, attempt.attempt],
    [texts.answer, attempt.statusCode ?? attempt.failure ?? ''],
    [texts.duration, texts.ms(attempt.durationMs)],
    [texts.position, attempt.position],
    [texts.eventId, attempt.eventId],
  ];
  return (
    <Dialog title={attempt.type} onClose={onClose}>
      <dl className={parts['facts']}>
        {facts.map(([head, value]) => (
          <div key={head}>
            <dt>{head}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {attempt.statusCode !== null && attempt.failure !== null && <p>{attempt.failure}</p>}
      {attempt.answer !== '' && (
        <pre className={styles['json']} tabIndex={0} aria-label={texts.answer}>
          {attempt.answer}
        </pre>
      )}
      <div className={parts['row']}>
        <Button onClick={onRedrive}>{texts.redrive}</Button>
        <Button onClick={onClose}>{actions.close}</Button>
      </div>
    </Dialog>
  );
}

/** Delivers one event, or all that were given up, once more. */
function RedriveDialog({ input, parked, onClose }: { input: Redrive; parked: number; onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const redrive = useMutation(
    trpc.delivery.redrive.mutationOptions({
      async onSuccess() {
        onClose();
        await Promise.all(
          [trpc.delivery.pathKey(), trpc.webhookEndpoint.pathKey()].map(async (queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        );
      },
    }),
  );
  const isOne = 'eventId' in input;
  return (
    <ActionDialog
      title={texts.redrive}
      submit={texts.redrive}
      sending={redrive}
      onSubmit={() => redrive.mutate(input)}
      onClose={onClose}
    >
      <p>{isOne ? texts.redriveOneAdvice : texts.redriveParkedAdvice(parked)}</p>
      <CommandLine words={['webhooks', 'redrive', input.endpointId, ...(isOne ? ['--event-id', input.eventId] : [])]} />
    </ActionDialog>
  );
}
