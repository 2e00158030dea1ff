import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouterInputs, RouterOutputs } from '@commerce-core/client';
import { useState } from 'react';
import { client, queryClient, trpc } from '../../api.ts';
import { ActionDialog, Dialog, useDialogKey } from '../../components/dialog.tsx';
import { Button, CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { usePages } from '../../components/use-pages.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import styles from './events.module.css';
import type { EventsSearch } from './events-search.ts';

type Message = RouterOutputs['gatewayEvent']['list']['items'][number];
type Outcome = NonNullable<Exclude<RouterInputs['gatewayEvent']['list'], void | undefined>['outcome']>;
type Decision = { message: Message; does: 'redrive' | 'dismiss' };

const pollMs = 5_000;
const outcomes: readonly Outcome[] = [
  'PARKED',
  'RECEIVED',
  'UNMATCHED',
  'CONFLICT',
  'APPLIED',
  'DISMISSED',
  'IGNORED_STALE',
  'IGNORED_UNKNOWN',
];
const retried: readonly Outcome[] = ['PARKED', 'RECEIVED', 'UNMATCHED', 'DISMISSED'];
const dismissed: readonly Outcome[] = ['PARKED', 'RECEIVED', 'UNMATCHED'];

/** The inbox: what payment gateways have sent, what became of it, and what is tried again. */
export function MessagesTab({ search }: { search: EventsSearch }) {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const { time, money } = useFormat();
  const outcome = outcomes.find((one) => one === search.outcome);
  const [opened, setOpened] = useState<Message>();
  const [decision, setDecision] = useState<Decision>();
  const input = { ...(outcome && { outcome }), limit: 50 };
  const list = usePages(
    [['gatewayEvent', 'list'], { type: 'pages', input }],
    async (cursor) => client.gatewayEvent.list.query({ ...input, ...cursor }),
    { pollMs },
  );
  return (
    <Panel title={texts.messages}>
      <nav className={parts['row']} aria-label={texts.outcome}>
        {[undefined, ...outcomes].map((one) => (
          <Link
            key={one ?? ''}
            to="/events"
            search={{ tab: 'messages', ...(one && { outcome: one }) }}
            className={`${parts['button']} ${one === outcome ? parts['primary'] : ''}`}
            activeOptions={{ exact: true }}
            {...(one === outcome && { 'aria-current': 'true' })}
          >
            {one ? texts.outcomes[one] : texts.any}
          </Link>
        ))}
      </nav>
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && (
        <Table
          label={texts.messages}
          rows={list.items}
          keyOf={({ id }) => id}
          columns={[
            { head: texts.time, cell: ({ receivedAt }) => <time dateTime={receivedAt}>{time(receivedAt)}</time> },
            { head: texts.provider, cell: ({ provider }) => provider },
            {
              head: texts.type,
              cell: (message) => (
                <Button look="link" onClick={() => setOpened(message)} title={texts.open}>
                  <code>{message.type}</code>
                </Button>
              ),
            },
            {
              head: texts.amount,
              cell: ({ amount, currency }) => (amount === 0 ? '' : money(amount, currency)),
              isNumber: true,
            },
            { head: texts.outcome, cell: (message) => texts.outcomes[message.outcome] },
            { head: texts.attempt, cell: ({ attempts }) => attempts, isNumber: true },
            {
              head: texts.actions,
              cell: (message) => <MessageActions message={message} onDecide={setDecision} />,
            },
          ]}
        />
      )}
      {list.showMore && (
        <div>
          <Button onClick={list.showMore}>{texts.older}</Button>
        </div>
      )}
      <CommandLine words={['gateway-events', 'list', ...(outcome ? ['--outcome', outcome] : [])]} />
      {opened && <MessageDialog message={opened} onClose={() => setOpened(undefined)} />}
      {decision && <DecisionDialog {...decision} onClose={() => setDecision(undefined)} />}
    </Panel>
  );
}

function MessageActions({ message, onDecide }: { message: Message; onDecide: (decision: Decision) => void }) {
  const { actions } = useTexts();
  if (!retried.includes(message.outcome)) return null;
  return (
    <span className={parts['row']}>
      <Button onClick={() => onDecide({ message, does: 'redrive' })}>{actions.retry}</Button>
      {dismissed.includes(message.outcome) && (
        <Button onClick={() => onDecide({ message, does: 'dismiss' })}>{actions.dismiss}</Button>
      )}
    </span>
  );
}

/** One message with its body as it came. */
function MessageDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const { actions, loading } = useTexts();
  const { data, error } = useQuery(trpc.gatewayEvent.get.queryOptions({ gatewayEventId: message.id }));
  const { provider, providerEventId, paymentId, effect, failureCode } = message;
  const facts: [string, string | null][] = [
    [texts.provider, provider],
    [texts.messageId, providerEventId],
    [texts.payment, paymentId],
    [texts.effect, effect],
    [texts.failure, failureCode],
  ];
  const body = data?.rawBody;
  return (
    <Dialog title={`${message.type} – ${texts.outcomes[message.outcome]}`} onClose={onClose}>
      <dl className={parts['facts']}>
        {facts.map(([head, value]) => (
          <div key={head}>
            <dt>{head}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <h3>{texts.body}</h3>
      {error && <Failure error={error} />}
      {!data && !error && <p>{loading}</p>}
      {data && body === null && <p>{texts.noBody}</p>}
      {body && (
        <pre className={styles['json']} tabIndex={0} aria-label={texts.body}>
          {'text' in body ? formatted(body.text) : body.base64}
        </pre>
      )}
      <CommandLine words={['gateway-events', 'show', message.id]} />
      <div>
        <Button onClick={onClose}>{actions.close}</Button>
      </div>
    </Dialog>
  );
}

/** JSON with its parts on lines of their own; any other text as it is. */
function formatted(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Has a message tried again, or ends its attempts. */
function DecisionDialog({ message, does, onClose }: Decision & { onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const options = {
    ...useDialogKey(),
    async onSuccess() {
      onClose();
      await queryClient.invalidateQueries({ queryKey: trpc.gatewayEvent.pathKey() });
    },
  };
  const redrive = useMutation(trpc.gatewayEvent.redrive.mutationOptions(options));
  const dismiss = useMutation(trpc.gatewayEvent.dismiss.mutationOptions(options));
  const sending = does === 'redrive' ? redrive : dismiss;
  const name = does === 'redrive' ? actions.retry : actions.dismiss;
  return (
    <ActionDialog
      title={name}
      submit={name}
      sending={sending}
      onSubmit={() => sending.mutate({ gatewayEventId: message.id })}
      onClose={onClose}
    >
      <p>{does === 'redrive' ? texts.retryAdvice : texts.dismissAdvice}</p>
      <CommandLine words={['gateway-events', does, message.id]} />
    </ActionDialog>
  );
}
