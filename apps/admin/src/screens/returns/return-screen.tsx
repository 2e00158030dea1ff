import { commerceErrorOf } from '@commerce-core/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { CommandLine, Failure, Panel, Status, Table, type Column } from '../../components/parts.tsx';
import { Back } from '../../components/queue.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { Refunds } from '../order/order-parts.tsx';
import { useOrder, type Order } from '../order/use-order.ts';
import { Replacements } from './replacements.tsx';
import { ReturnActions } from './return-actions.tsx';
import type { OpenDialog } from './open-dialog.ts';
import { ReturnDialog } from './return-dialog.tsx';
import { ReturnMoney } from './return-money.tsx';
import { outstandingOf } from './return-units.ts';
import type { OneReturn } from './returns-tabs.ts';

/** One return: what came back, what it is worth, and what can be done with it. */
export function ReturnScreen() {
  const { returnId } = useParams({ from: '/signed-in/returns/$returnId' });
  const { loading } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { data: aReturn, error, refetch } = useQuery(trpc.return.get.queryOptions({ returnId }));
  if (commerceErrorOf(error)?.code === 'return_not_found') return <h1>{texts.notFound}</h1>;
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  return aReturn ? <WholeReturn key={returnId} aReturn={aReturn} /> : <h1>{loading}</h1>;
}

function WholeReturn({ aReturn }: { aReturn: OneReturn }) {
  const { loading } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { may } = useMe();
  const [open, setOpen] = useState<OpenDialog>();
  const whole = useOrder(aReturn.orderId);
  const { order: ofOrder, error, shipments, refunds } = whole;
  if (error) return <Failure error={error} />;
  if (!ofOrder) return <h1>{loading}</h1>;
  const own = refunds.filter(({ returnId }) => returnId === aReturn.id);
  return (
    <>
      <div>
        <Back to="/returns" />
      </div>
      <div className={layout['head']}>
        <h1>
          {texts.returnOf} <code>{ofOrder.number}</code>
        </h1>
        <span className={parts['row']}>
          <Status of={aReturn.status} />
          <Link to="/orders/$orderId" params={{ orderId: ofOrder.id }} className={parts['button']}>
            {texts.toOrder}
          </Link>
        </span>
      </div>
      <ReturnActions aReturn={aReturn} onOpen={setOpen} />
      <Facts aReturn={aReturn} />
      <Lines aReturn={aReturn} order={ofOrder} />
      {may('money') && <ReturnMoney returnId={aReturn.id} />}
      {own.length > 0 && <Refunds refunds={own} />}
      <Replacements
        shipments={shipments.filter(({ returnId }) => returnId === aReturn.id)}
        onCancel={(shipmentId) => setOpen({ dialog: 'cancelReplacement', shipmentId })}
      />
      <CommandLine words={['returns', 'show', aReturn.id]} />
      {open && <ReturnDialog open={open} aReturn={aReturn} order={ofOrder} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Facts({ aReturn }: { aReturn: OneReturn }) {
  const { orders, order: orderTexts } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { time } = useFormat();
  const { reason, declineReason, fault, goods, carrier, trackingNumber, createdAt, updatedAt } = aReturn;
  const facts: [string, string | null][] = [
    [texts.reason, reason],
    [texts.fault, texts.faults[fault]],
    [texts.goods, texts.kinds[goods]],
    [texts.label, carrier && `${carrier} ${trackingNumber}`],
    [orders.created, time(createdAt)],
    [texts.updated, time(updatedAt)],
    ...(declineReason === null ? [] : [[texts.declined, declineReason] as [string, string]]),
  ];
  return (
    <Panel title={orderTexts.returns}>
      <dl className={parts['facts']}>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

type Line = OneReturn['lines'][number];

/** What became of the units of each line. */
function Lines({ aReturn, order: { lines } }: { aReturn: OneReturn; order: Order }) {
  const { order: orderTexts } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const count = (head: string, cell: (line: Line) => number): Column<Line> => ({ head, cell, isNumber: true });
  const columns: Column<Line>[] = [
    {
      head: orderTexts.item,
      cell: ({ lineNo }) => lines.find((line) => line.lineNo === lineNo)?.name ?? lineNo,
    },
    count(texts.units.requested, ({ requestedQty }) => requestedQty),
    count(texts.units.outstanding, outstandingOf),
    count(texts.units.restocked, ({ restockedQty }) => restockedQty),
    count(texts.units.writtenOff, ({ writtenOffQty }) => writtenOffQty),
    count(texts.units.missing, ({ missingQty }) => missingQty),
    count(texts.units.replaced, ({ replacedQty }) => replacedQty),
  ];
  return (
    <Panel title={texts.lines}>
      <Table label={texts.lines} columns={columns} rows={aReturn.lines} keyOf={({ lineNo }) => lineNo} />
    </Panel>
  );
}
