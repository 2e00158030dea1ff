import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';

export function StockScreen() {
  const texts = useTextsOf(stockTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
