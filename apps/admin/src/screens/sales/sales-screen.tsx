import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { salesTexts } from '../../texts/sales.ts';

export function SalesScreen() {
  const texts = useTextsOf(salesTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
