import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient, signOut, trpc } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import type { Session } from './key.ts';

/** Signs an operator out. The own session needs a second yes, and leads to the sign-in. */
export function EndSessionDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const { sessions: texts } = useTextsOf(systemTexts);
  const { nav } = useTexts();
  const { time } = useFormat();
  const navigate = useNavigate();
  const [isSure, setSure] = useState(false);
  const { sessionId, name, scopes, createdAt, isOwn } = session;
  const readAgain = async () => queryClient.invalidateQueries({ queryKey: trpc.session.pathKey() });
  const end = useMutation(
    trpc.session.end.mutationOptions({
      async onSuccess() {
        if (isOwn) {
          // Removes the cookie of the session.
          await signOut();
          await navigate({ to: '/sign-in' });
          return;
        }
        onClose();
        await readAgain();
      },
      // It may have ended meanwhile.
      onError: readAgain,
    }),
  );
  return (
    <ActionDialog
      title={texts.endOf(name, time(createdAt))}
      submit={nav.signOut}
      look="danger"
      canSubmit={!isOwn || isSure}
      sending={end}
      onSubmit={() => end.mutate({ sessionId })}
      onClose={onClose}
    >
      <p>{texts.endAdvice(scopes.join(', '))}</p>
      {isOwn && <p className={`${parts['notice']} ${parts['error']}`}>{texts.endOwn}</p>}
      {isOwn && (
        <label className={parts['check']}>
          <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.target.checked)} />
          {texts.endSure}
        </label>
      )}
      <CommandLine words={['sessions', 'end', sessionId]} />
    </ActionDialog>
  );
}
