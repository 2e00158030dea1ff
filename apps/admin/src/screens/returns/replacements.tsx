import { Button, Panel } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import type { Shipment } from '../order/use-order.ts';
import { ShipmentLine } from '../shipping/shipment-line.tsx';

type ReplacementsProps = { shipments: readonly Shipment[]; onCancel: (shipmentId: string) => void };

/** The shipments that replace units of a return. */
export function Replacements({ shipments, onCancel }: ReplacementsProps) {
  const texts = useTextsOf(returnsTexts);
  const { may } = useMe();
  if (shipments.length === 0) return null;
  return (
    <Panel title={texts.replacements}>
      {shipments.map((shipment) => (
        <ShipmentLine key={shipment.id} shipment={shipment}>
          {shipment.status === 'READY' && may('orders') && (
            <Button onClick={() => onCancel(shipment.id)}>{texts.cancelReplacement.action}</Button>
          )}
        </ShipmentLine>
      ))}
    </Panel>
  );
}
