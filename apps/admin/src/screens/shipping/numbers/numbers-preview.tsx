import { Link } from '@tanstack/react-router';
import { Button, Panel, Table, type Column } from '../../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../../texts/language.tsx';
import { shippingTexts } from '../../../texts/shipping.ts';
import parts from '../../../components/parts.module.css';
import queue from '../../../components/queue.module.css';
import type { BadLine } from './parse-numbers.ts';
import type { DispatchPlan, IdleLine, PlannedDispatch } from './plan-dispatch.ts';
import { useDispatches, type Outcome } from './use-dispatches.ts';

/** What a text of tracking numbers means: lines that can't be read, and what the others would do. */
export type Checked = DispatchPlan & { bad: BadLine[] };

export function NumbersPreview({ checked: { bad, idle, dispatches } }: { checked: Checked }) {
  const { numbers: texts } = useTextsOf(shippingTexts);
  const done = idle.filter(({ reason }) => reason === 'done');
  const others = idle.filter(({ reason }) => reason !== 'done');
  const refused = [
    ...bad.map(({ line, text, reason, of }) => ({ line, text, why: texts.bad[reason](of ?? 0) })),
    ...others.map((line) => ({ line: line.line, text: textOf(line), why: texts.idle[line.reason] })),
  ].toSorted((a, b) => a.line - b.line);
  const columns: Column<(typeof refused)[number]>[] = [
    { head: texts.line, isNumber: true, cell: ({ line }) => line },
    { head: texts.read, cell: ({ text }) => <code>{text}</code> },
    { head: texts.reason, cell: ({ why }) => why },
  ];
  return (
    <>
      {refused.length > 0 && (
        <Panel title={texts.refused(refused.length)}>
          <Table label={texts.refused(refused.length)} columns={columns} rows={refused} keyOf={({ line }) => line} />
        </Panel>
      )}
      {done.length > 0 && <p className={parts['notice']}>{texts.done(done.length)}</p>}
      {dispatches.length > 0 ? <Dispatches dispatches={dispatches} /> : <p>{texts.nothing}</p>}
    </>
  );
}

const textOf = ({ name, carrier, trackingNumber }: IdleLine): string => `${name} ${carrier} ${trackingNumber}`;

/** The shipments that leave, with what became of each. */
function Dispatches({ dispatches }: { dispatches: readonly PlannedDispatch[] }) {
  const { orders, actions } = useTexts();
  const { numbers: texts, parcels: parcelsText } = useTextsOf(shippingTexts);
  const { isSending, send, stop, outcomeOf, count } = useDispatches(dispatches);
  const [sent, failed] = [count('sent'), count('refused', 'unknown')];
  const columns: Column<PlannedDispatch>[] = [
    { head: texts.line, isNumber: true, cell: ({ lines }) => lines.join(', ') },
    {
      head: orders.order,
      cell: ({ shipmentId, orderNumber }) => (
        <Link to="/shipping/$shipmentId" params={{ shipmentId }}>
          <code>{orderNumber}</code>
        </Link>
      ),
    },
    {
      head: parcelsText,
      cell: ({ parcels }) => (
        <ul className={queue['lines']}>
          {parcels.map(({ carrier, trackingNumber }) => (
            <li key={`${carrier} ${trackingNumber}`}>
              {carrier} <code>{trackingNumber}</code>
            </li>
          ))}
        </ul>
      ),
    },
    { head: texts.outcome, cell: ({ shipmentId }) => <OutcomeText outcome={outcomeOf(shipmentId)} /> },
  ];
  const left = dispatches.length - sent;
  return (
    <Panel title={texts.planned(dispatches.length)}>
      <div className={parts['row']} aria-live="polite">
        {left > 0 && (
          <Button look="primary" disabled={isSending} onClick={() => void send()}>
            {isSending ? actions.working : failed > 0 ? texts.again(left) : texts.send(left)}
          </Button>
        )}
        {isSending && <Button onClick={stop}>{texts.stop}</Button>}
        {sent + failed > 0 && <span>{texts.progress(sent, failed, dispatches.length)}</span>}
      </div>
      <Table
        label={texts.planned(dispatches.length)}
        columns={columns}
        rows={dispatches}
        keyOf={({ shipmentId }) => shipmentId}
      />
    </Panel>
  );
}

function OutcomeText({ outcome }: { outcome: Outcome }) {
  const { numbers: texts } = useTextsOf(shippingTexts);
  const look =
    outcome.state === 'sent' ? 'good' : outcome.state === 'refused' || outcome.state === 'unknown' ? 'bad' : '';
  return (
    <>
      <span className={`${parts['chip']} ${look && parts[look]}`}>{texts.outcomes[outcome.state]}</span>{' '}
      {'message' in outcome && `${outcome.message} ${outcome.hint}`}
    </>
  );
}
