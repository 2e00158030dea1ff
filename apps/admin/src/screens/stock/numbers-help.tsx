import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import parts from '../../components/parts.module.css';
import styles from './stock.module.css';

/** What the numbers of stock mean. */
export function NumbersHelp() {
  const texts = useTextsOf(stockTexts);
  return (
    <details className={parts['quiet']}>
      <summary>{texts.help}</summary>
      <dl className={styles['help']}>
        {(['sellable', 'reserved', 'available', 'unshipped', 'shelf'] as const).map((name) => (
          <div key={name}>
            <dt>{texts[name]}</dt>
            <dd>{texts.meanings[name]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
