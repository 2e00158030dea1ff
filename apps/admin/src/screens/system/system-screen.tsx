import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';

export function SystemScreen() {
  const texts = useTextsOf(systemTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
