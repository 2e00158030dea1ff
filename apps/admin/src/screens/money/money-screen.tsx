import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';

export function MoneyScreen() {
  const texts = useTextsOf(moneyTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
