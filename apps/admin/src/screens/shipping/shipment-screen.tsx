import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { CommandLine, Failure, Panel, Status, Table } from '../../components/parts.tsx';
import { Back } from '../../components/queue.tsx';
import { useFormat } from '../../format.ts';
import { useLanguage, useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { useOrder, type Shipment } from '../order/use-order.ts';
import { Parcels } from './parcels.tsx';
import { ShipmentLine } from './shipment-line.tsx';
import { ShipmentActions } from './shipment-actions.tsx';
import { ShipmentDialog } from './shipment-dialog.tsx';
import type { OpenDialog } from './open-dialog.ts';
import styles from './shipping.module.css';
import type { Slip } from './shipping-tabs.ts';
import { addressLines, SlipChips } from './slip-parts.tsx';

/** One shipment: what to pack, where it goes, its parcels, and what can be done with it. */
export function ShipmentScreen() {
  const { shipmentId } = useParams({ from: '/signed-in/shipping/$shipmentId' });
  const { loading } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const slips = useQuery(trpc.shipment.packingSlips.queryOptions({ shipmentIds: [shipmentId] }));
  if (slips.error) return <Failure error={slips.error} retry={() => void slips.refetch()} />;
  if (!slips.data) return <h1>{loading}</h1>;
  const [slip] = slips.data.items;
  return slip ? <OneShipment key={shipmentId} slip={slip} /> : <h1>{texts.notFound}</h1>;
}

function OneShipment({ slip }: { slip: Slip }) {
  const { loading } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const [open, setOpen] = useState<OpenDialog>();
  const { shipments, error } = useOrder(slip.orderId);
  const shipment = shipments.find(({ id }) => id === slip.shipmentId);
  if (error) return <Failure error={error} />;
  if (!shipment) return <h1>{loading}</h1>;
  const others = shipments.filter(({ id }) => id !== shipment.id);
  return (
    <>
      <div>
        <Back to="/shipping" />
      </div>
      <div className={layout['head']}>
        <h1>
          {texts.shipmentOf} <code>{slip.orderNumber}</code>
        </h1>
        <span className={parts['row']}>
          <Status of={shipment.status} />
          <SlipChips slip={slip} />
          <Link to="/orders/$orderId" params={{ orderId: slip.orderId }} className={parts['button']}>
            {texts.toOrder}
          </Link>
        </span>
      </div>
      <ShipmentActions shipment={shipment} others={others} onOpen={setOpen} />
      <Contents slip={slip} />
      <Parcels shipment={shipment} onOpen={setOpen} />
      {others.length > 0 && <Others others={others} />}
      <CommandLine words={['shipments', 'slip', shipment.id]} />
      {open && <ShipmentDialog open={open} slip={slip} shipments={shipments} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Contents({ slip }: { slip: Slip }) {
  const { language } = useLanguage();
  const { order } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { time } = useFormat();
  const address = addressLines(slip, language);
  return (
    <Panel title={texts.what}>
      <Table
        label={texts.what}
        columns={[
          { head: order.item, cell: ({ name }) => name },
          { head: texts.slips.sku, cell: ({ sku }) => sku && <code>{sku}</code> },
          { head: order.units, isNumber: true, cell: ({ quantity }) => quantity },
        ]}
        rows={slip.lines}
        keyOf={({ lineNo }) => lineNo}
      />
      <h3>{order.address}</h3>
      {address.length === 0 && <p className={parts['quiet']}>{texts.noAddress}</p>}
      <address className={styles['address']}>
        {address.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </address>
      {slip.notes.length > 0 && <h3>{texts.notes}</h3>}
      {slip.notes.map(({ text, createdAt }) => (
        <p key={createdAt} className={styles['note']}>
          {text} <span className={parts['quiet']}>{time(createdAt)}</span>
        </p>
      ))}
    </Panel>
  );
}

function Others({ others }: { others: readonly Shipment[] }) {
  const texts = useTextsOf(shippingTexts);
  return (
    <Panel title={texts.others}>
      {others.map((shipment) => (
        <ShipmentLine key={shipment.id} shipment={shipment} />
      ))}
    </Panel>
  );
}
