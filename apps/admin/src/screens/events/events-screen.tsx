import layout from '../../components/layout.module.css';
import { useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';

export function EventsScreen() {
  const texts = useTextsOf(eventsTexts);
  return (
    <div className={layout['head']}>
      <h1>{texts.title}</h1>
    </div>
  );
}
