import { client } from '../../api.ts';
import { ConfirmDialog, useIsChanged, type WithKey } from '../../components/confirm-dialog.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import { DispatchDialog } from '../order/dispatch-dialog.tsx';
import { readPartsAgain, type Shipment } from '../order/use-order.ts';
import { CorrectDialog } from './correct-dialog.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { type End, mergeableWith, type OpenDialog } from './open-dialog.ts';
import type { Slip } from './shipping-tabs.ts';
import { SplitDialog } from './split-dialog.tsx';
import type { Parcel } from './tracking-number.tsx';

type ShipmentDialogProps = {
  open: OpenDialog;
  slip: Slip;
  shipments: readonly Shipment[];
  onClose: () => void;
};

export function ShipmentDialog({ open, slip, shipments, onClose }: ShipmentDialogProps) {
  const shipment = shipments.find(({ id }) => id === open.shipmentId);
  if (!shipment) return null;
  if ('parcelId' in open) {
    const parcel = shipment.parcels.find(({ id }) => id === open.parcelId);
    if (!parcel) return null;
    if (open.dialog === 'correct') return <CorrectDialog shipment={shipment} parcel={parcel} onClose={onClose} />;
    return <ParcelDialog work={open.dialog} shipment={shipment} parcel={parcel} onClose={onClose} />;
  }
  switch (open.dialog) {
    case 'dispatch':
      return <DispatchDialog shipment={shipment} onClose={onClose} />;
    case 'split':
      return <SplitDialog shipment={shipment} slip={slip} onClose={onClose} />;
    case 'merge':
      return <MergeDialog shipment={shipment} others={mergeableWith(shipment, shipments)} onClose={onClose} />;
    case 'transit':
    case 'deliver':
    case 'lost':
    case 'returned':
      return <EndDialog end={open.dialog} shipment={shipment} onClose={onClose} />;
  }
}

const endings: Readonly<Record<End, { command: string; run: (shipmentId: string, key: WithKey) => Promise<unknown> }>> =
  {
    transit: {
      command: 'in-transit',
      run: async (shipmentId, key) => client.shipment.markInTransit.mutate({ shipmentId }, key),
    },
    deliver: {
      command: 'deliver',
      run: async (shipmentId, key) => client.shipment.deliver.mutate({ shipmentId }, key),
    },
    lost: { command: 'lost', run: async (shipmentId, key) => client.shipment.markLost.mutate({ shipmentId }, key) },
    returned: {
      command: 'returned',
      run: async (shipmentId, key) => client.shipment.markReturned.mutate({ shipmentId }, key),
    },
  };

/** Records what became of a shipment. */
function EndDialog({ end, shipment, onClose }: { end: End; shipment: Shipment; onClose: () => void }) {
  const texts = useTextsOf(shippingTexts)[end];
  const { command, run } = endings[end];
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      look={end === 'lost' || end === 'returned' ? 'danger' : 'primary'}
      isChanged={useIsChanged(shipment.updatedAt)}
      run={async (key) => run(shipment.id, key)}
      onDone={() => readPartsAgain(shipment.orderId)}
      onClose={onClose}
      words={['shipments', command, shipment.id]}
    >
      <p>{texts.lead}</p>
    </ConfirmDialog>
  );
}

type ParcelDialogProps = { work: 'arrived' | 'track'; shipment: Shipment; parcel: Parcel; onClose: () => void };

/** Records that one parcel arrived, or has its carrier asked about it. */
function ParcelDialog({ work, shipment, parcel, onClose }: ParcelDialogProps) {
  const texts = useTextsOf(shippingTexts)[work];
  const { id: parcelId, carrier, trackingNumber } = parcel;
  const procedure = work === 'arrived' ? client.parcel.deliver : client.parcel.track;
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      isChanged={useIsChanged(shipment.updatedAt)}
      run={async (key) => procedure.mutate({ parcelId }, key)}
      onDone={() => readPartsAgain(shipment.orderId)}
      onClose={onClose}
      words={['parcels', work === 'arrived' ? 'deliver' : 'track', parcelId]}
    >
      <p>
        {carrier} <code>{trackingNumber}</code>
      </p>
      <p>{texts.lead}</p>
    </ConfirmDialog>
  );
}
