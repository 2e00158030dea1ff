import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog, useIsChanged } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import { readPartsAgain, type Shipment } from '../order/use-order.ts';
import type { Parcel } from './tracking-number.tsx';

/** Corrects the carrier and the number of a parcel. */
export function CorrectDialog({
  shipment,
  parcel,
  onClose,
}: {
  shipment: Shipment;
  parcel: Parcel;
  onClose: () => void;
}) {
  const { dialogs } = useTexts();
  const { correct: texts } = useTextsOf(shippingTexts);
  const [carrier, setCarrier] = useState(parcel.carrier);
  const [trackingNumber, setNumber] = useState(parcel.trackingNumber);
  const isNew = carrier.trim() !== parcel.carrier || trackingNumber.trim() !== parcel.trackingNumber;
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={isNew && carrier.trim() !== '' && trackingNumber.trim() !== ''}
      isChanged={useIsChanged(shipment.updatedAt)}
      run={async (key) => client.parcel.correct.mutate({ parcelId: parcel.id, carrier, trackingNumber }, key)}
      onDone={() => readPartsAgain(shipment.orderId)}
      onClose={onClose}
      words={['parcels', 'correct', parcel.id, trackingNumber || '<number>', '--carrier', carrier || '<carrier>']}
    >
      <p>{texts.lead}</p>
      <Field label={dialogs.carrier}>
        <input
          className={parts['input']}
          value={carrier}
          maxLength={100}
          onChange={(event) => setCarrier(event.target.value)}
        />
      </Field>
      <Field label={dialogs.trackingNumber}>
        <input
          className={parts['input']}
          value={trackingNumber}
          maxLength={100}
          onChange={(event) => setNumber(event.target.value)}
        />
      </Field>
    </ConfirmDialog>
  );
}
