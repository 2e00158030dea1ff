import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Status } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import type { Shipment } from '../order/use-order.ts';
import type { OpenDialog } from './open-dialog.ts';
import styles from './shipping.module.css';
import { TrackingNumber, type Parcel } from './tracking-number.tsx';

type ParcelsProps = { shipment: Shipment; onOpen: (dialog: OpenDialog) => void };

/** The parcels of a shipment, each with what its carrier has reported. */
export function Parcels({ shipment, onOpen }: ParcelsProps) {
  const texts = useTextsOf(shippingTexts);
  const { time } = useFormat();
  const { may } = useMe();
  if (shipment.parcels.length === 0) return null;
  const isOpen = shipment.status !== 'LOST' && shipment.status !== 'RETURNED';
  const open = (dialog: 'correct' | 'arrived' | 'track', parcelId: string) => () =>
    onOpen({ dialog, shipmentId: shipment.id, parcelId });
  return (
    <Panel title={texts.parcels}>
      {shipment.shippedAt !== null && <p className={parts['quiet']}>{texts.left(time(shipment.shippedAt))}</p>}
      {shipment.parcels.map((parcel) => (
        <div key={parcel.id} className={styles['parcel']}>
          <div className={parts['row']}>
            <TrackingNumber parcel={parcel} />
            <Status of={parcel.tracking} />
            {parcel.checkpointAt !== null && <time className={parts['quiet']}>{time(parcel.checkpointAt)}</time>}
            {may('orders') && <Button onClick={open('correct', parcel.id)}>{texts.correct.action}</Button>}
            {may('orders') && isOpen && parcel.tracking !== 'DELIVERED' && (
              <>
                <Button onClick={open('arrived', parcel.id)}>{texts.arrived.action}</Button>
                <Button onClick={open('track', parcel.id)}>{texts.track.action}</Button>
              </>
            )}
          </div>
          <Journey parcel={parcel} isOpenAtFirst={shipment.parcels.length === 1} />
        </div>
      ))}
    </Panel>
  );
}

/** What the carrier of a parcel has reported, when asked for. */
function Journey({ parcel, isOpenAtFirst }: { parcel: Parcel; isOpenAtFirst: boolean }) {
  const texts = useTextsOf(shippingTexts);
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.journey}</summary>
      {isOpen && <Checkpoints parcelId={parcel.id} />}
    </details>
  );
}

function Checkpoints({ parcelId }: { parcelId: string }) {
  const { loading } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { time } = useFormat();
  const history = useQuery(trpc.parcel.history.queryOptions({ parcelId, limit: 50 }));
  const details = useQuery(trpc.parcel.get.queryOptions({ parcelId }));
  if (history.error) return <Failure error={history.error} retry={() => void history.refetch()} />;
  if (!history.data) return <p>{loading}</p>;
  const { provider, failureCode, nextPollAt } = details.data ?? {};
  const facts = [
    provider ? texts.trackedBy(provider) : details.data && texts.untracked,
    failureCode && texts.failure(failureCode),
    nextPollAt && texts.nextPoll(time(nextPollAt)),
  ];
  return (
    <>
      <p className={parts['quiet']}>{facts.filter(Boolean).join(' · ')}</p>
      {history.data.items.length === 0 && <p>{texts.noNews}</p>}
      <ol className={styles['checkpoints']}>
        {history.data.items.map(({ id, tracking, occurredAt, receivedAt, detail, trackingNumber }) => (
          <li key={id} className={parts['row']}>
            <time dateTime={occurredAt ?? receivedAt}>{time(occurredAt ?? receivedAt)}</time>
            <Status of={tracking} />
            {detail && <span>{detail}</span>}
            <code className={parts['quiet']}>{trackingNumber}</code>
          </li>
        ))}
      </ol>
      {history.data.nextCursor !== null && <p>{texts.moreNews}</p>}
      <CommandLine words={['parcels', 'history', parcelId]} />
    </>
  );
}
