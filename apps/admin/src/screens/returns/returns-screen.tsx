import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';

export function ReturnsScreen() {
  const texts = useTextsOf(returnsTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
