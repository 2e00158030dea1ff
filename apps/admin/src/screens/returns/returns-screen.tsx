import { useSearch } from '@tanstack/react-router';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import { ReturnsDesk } from './returns-desk.tsx';
import { tabOf } from './returns-tabs.ts';

export { NewReturnScreen } from './new-return-screen.tsx';
export { ReturnScreen } from './return-screen.tsx';

/** The returns of all orders by status. Each status and each page is a list of its own. */
export function ReturnsScreen() {
  const { tab, after } = useSearch({ from: '/signed-in/returns' });
  const { attention } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { may, isKnown } = useMe();
  if (isKnown && !may('orders'))
    return (
      <>
        <h1>{texts.title}</h1>
        <p>{attention.hidden('orders')}</p>
      </>
    );
  return <ReturnsDesk key={`${tab} ${after}`} status={tabOf(tab)} after={after} />;
}
