import { useMutation, useQueries } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { newIdempotencyKey, trpc } from '../../api.ts';
import { Button, Failure, Field, Panel } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import styles from './order.module.css';
import { timelineOf, type Entry } from './timeline.ts';
import { readPartsAgain, type Fact, type useOrder } from './use-order.ts';

type Parts = Pick<ReturnType<typeof useOrder>, 'history' | 'calls' | 'payments'>;

/** One timeline of an order: its events with who made them, notes, and the conversation with the gateway. */
export function OrderTimeline({ orderId, history, calls, payments }: Parts & { orderId: string }) {
  const { order: texts } = useTexts();
  const { may } = useMe();
  const messages = useQueries({
    queries: payments.map(({ id: paymentId }) =>
      trpc.gatewayEvent.list.queryOptions({ paymentId, limit: 50 }, { enabled: may('gateway-events') }),
    ),
    combine: (results) => results.flatMap(({ data }) => data?.items ?? []),
  });
  return (
    <Panel title={texts.timeline}>
      <NoteForm orderId={orderId} />
      <ol className={styles['timeline']}>
        {timelineOf(history, messages, calls).map((entry) => (
          <li key={entry.id} className={`${styles['event']} ${entry.kind === 'event' ? styles['own'] : ''}`}>
            <EntryText entry={entry} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function EntryText({ entry }: { entry: Entry }) {
  const { order: texts } = useTexts();
  const { time } = useFormat();
  const when = <time dateTime={entry.at}>{time(entry.at)}</time>;
  if (entry.kind === 'event') return <EventText fact={entry.fact} when={when} />;
  const [what, detail] =
    entry.kind === 'message'
      ? [texts.gatewayMessage, [entry.message.type, entry.message.outcome, entry.message.failureCode]]
      : [texts.gatewayCall, [entry.call.kind, entry.call.status, entry.call.failureCode]];
  return (
    <>
      <div>
        {what} <code>{detail.filter(Boolean).join(' ')}</code>
      </div>
      <div className={parts['quiet']}>{when}</div>
    </>
  );
}

function EventText({ fact, when }: { fact: Fact; when: ReactNode }) {
  const { order: texts, actors } = useTexts();
  const { actor, type, note } = fact;
  const who = actor && (actor.name ?? actors[actor.kind]);
  return (
    <>
      <div>
        <code>{type}</code> <span className={parts['quiet']}>{detailOf(fact)}</span>
      </div>
      <div className={parts['quiet']}>
        {when} {who && texts.by(who)}
      </div>
      {type === 'order.noted' && <p className={styles['note']}>{note ?? texts.noteErased}</p>}
    </>
  );
}

/** The facts of an event that say more than its type. */
const detailOf = ({ facts }: Fact): string =>
  ['reason', 'failureCode', 'trackingNumber', 'tracking']
    .flatMap((name) => (typeof facts[name] === 'string' ? facts[name] : []))
    .join(' ');

function NoteForm({ orderId }: { orderId: string }) {
  const { actions } = useTexts();
  const [text, setText] = useState('');
  // A note that is written is another one than the next.
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);
  const note = useMutation(
    trpc.order.note.mutationOptions({
      trpc: { context: { idempotencyKey } },
      onSuccess() {
        setText('');
        setKey(newIdempotencyKey());
        readPartsAgain(orderId);
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && !note.isPending) note.mutate({ orderId, text });
  };
  return (
    <form className={parts['stack']} onSubmit={submit}>
      <Field label={actions.noteLabel}>
        <textarea
          className={parts['input']}
          rows={2}
          maxLength={2_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {note.error && <Failure error={note.error} />}
      <div>
        <Button type="submit" disabled={text.trim() === '' || note.isPending}>
          {actions.note}
        </Button>
      </div>
    </form>
  );
}
