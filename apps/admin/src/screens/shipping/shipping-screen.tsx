import { useSearch } from '@tanstack/react-router';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import { ShippingDesk } from './shipping-desk.tsx';
import { tabOf } from './shipping-tabs.ts';

export { NumbersScreen } from './numbers/numbers-screen.tsx';
export { ShipmentScreen } from './shipment-screen.tsx';
export { SlipsScreen } from './slips-screen.tsx';

/** The packing queue, and the shipments that have left. Each part and each page is a list of its own. */
export function ShippingScreen() {
  const { tab, after } = useSearch({ from: '/signed-in/shipping' });
  const { attention } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { may, isKnown } = useMe();
  if (isKnown && !may('orders'))
    return (
      <>
        <h1>{texts.title}</h1>
        <p>{attention.hidden('orders')}</p>
      </>
    );
  return <ShippingDesk key={`${tab} ${after}`} tab={tabOf(tab)} after={after} />;
}
