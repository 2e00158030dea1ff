import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { Button, CommandLine, Field } from '../../components/parts.tsx';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { readPartsAgain, type Shipment } from './use-order.ts';

type NewParcel = { carrier: string; trackingNumber: string };

/** Says that the carrier has a shipment, in one parcel or several. */
export function DispatchDialog({ shipment, onClose }: { shipment: Shipment; onClose: () => void }) {
  const { dialogs, actions } = useTexts();
  const [parcels, setParcels] = useState<NewParcel[]>([{ carrier: '', trackingNumber: '' }]);
  const dispatch = useMutation(
    trpc.shipment.dispatch.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(shipment.orderId);
        onClose();
      },
    }),
  );
  const isComplete = parcels.every(
    ({ carrier, trackingNumber }) => carrier.trim() !== '' && trackingNumber.trim() !== '',
  );
  const set = (at: number, changed: Partial<NewParcel>) =>
    setParcels(parcels.map((parcel, index) => (index === at ? { ...parcel, ...changed } : parcel)));
  const add = () => setParcels([...parcels, { carrier: parcels[0]?.carrier ?? '', trackingNumber: '' }]);
  const [first] = parcels;
  const words = [
    'shipments',
    'dispatch',
    shipment.id,
    first?.carrier || '<carrier>',
    first?.trackingNumber || '<number>',
  ];
  return (
    <ActionDialog
      title={dialogs.dispatchTitle}
      submit={actions.dispatch}
      canSubmit={isComplete}
      // A shipment that is not ready any more is refused by the server.
      isChanged={shipment.status !== 'READY' && !dispatch.isPending && !dispatch.isSuccess}
      sending={dispatch}
      onSubmit={() => dispatch.mutate({ shipmentId: shipment.id, parcels })}
      onClose={onClose}
    >
      <p>{dialogs.dispatchLead}</p>
      {parcels.map(({ carrier, trackingNumber }, index) => (
        // The fields of a form that only grows.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={parts['stack']}>
          <Field label={dialogs.carrier}>
            <input
              className={parts['input']}
              value={carrier}
              onChange={(event) => set(index, { carrier: event.target.value })}
            />
          </Field>
          <Field label={dialogs.trackingNumber}>
            <input
              className={parts['input']}
              value={trackingNumber}
              onChange={(event) => set(index, { trackingNumber: event.target.value })}
            />
          </Field>
        </div>
      ))}
      <div>
        <Button onClick={add} disabled={parcels.length >= 50}>
          {dialogs.addParcel}
        </Button>
      </div>
      <CommandLine words={words} />
    </ActionDialog>
  );
}
