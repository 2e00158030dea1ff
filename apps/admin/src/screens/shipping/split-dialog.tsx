import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog, useIsChanged } from '../../components/confirm-dialog.tsx';
import { lineOptions, linesOf, UnitFields, type Units } from '../../components/unit-fields.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import { readPartsAgain, type Shipment } from '../order/use-order.ts';
import type { Slip } from './shipping-tabs.ts';

/** Moves units of a shipment into a new one, which leaves by itself. */
export function SplitDialog({ shipment, slip, onClose }: { shipment: Shipment; slip: Slip; onClose: () => void }) {
  const { split: texts } = useTextsOf(shippingTexts);
  const [units, setUnits] = useState<Units>({});
  const lines = linesOf(units);
  const sum = (counted: readonly { quantity: number }[]) => counted.reduce((all, { quantity }) => all + quantity, 0);
  const left = sum(slip.lines) - sum(lines);
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={lines.length > 0 && left > 0}
      isChanged={useIsChanged(shipment.updatedAt)}
      run={async (key) => client.shipment.split.mutate({ shipmentId: shipment.id, lines }, key)}
      onDone={() => readPartsAgain(shipment.orderId)}
      onClose={onClose}
      words={['shipments', 'split', shipment.id, ...lineOptions(lines)]}
    >
      <p>{texts.lead}</p>
      <UnitFields
        lines={slip.lines.map(({ lineNo, name, quantity }) => ({ lineNo, name, max: quantity }))}
        units={units}
        onChange={setUnits}
      />
      <p aria-live="polite">{texts.result(sum(lines), left)}</p>
    </ConfirmDialog>
  );
}
