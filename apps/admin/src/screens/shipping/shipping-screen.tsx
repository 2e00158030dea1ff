import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';

export function ShippingScreen() {
  const texts = useTextsOf(shippingTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
