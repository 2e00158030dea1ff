import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient, trpc } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import type { Key } from './key.ts';

type RevokeKeyProps = { apiKey: Key; isOwn: boolean; isLastMaker: boolean; onClose: () => void };

/** Revokes a key for good. The own key, and the last one that can make keys, need a second yes. */
export function RevokeKeyDialog({ apiKey, isOwn, isLastMaker, onClose }: RevokeKeyProps) {
  const texts = useTextsOf(systemTexts);
  const [isSure, setSure] = useState(false);
  const revoke = useMutation(
    trpc.apiKey.revoke.mutationOptions({
      async onSuccess() {
        onClose();
        // The sessions of the key have ended with it.
        for (const queryKey of [trpc.apiKey.pathKey(), trpc.session.pathKey()])
          await queryClient.invalidateQueries({ queryKey });
      },
    }),
  );
  const needsYes = isOwn || isLastMaker;
  return (
    <ActionDialog
      title={texts.revokeOf(apiKey.name)}
      submit={texts.revoke}
      look="danger"
      canSubmit={!needsYes || isSure}
      sending={revoke}
      onSubmit={() => revoke.mutate({ apiKeyId: apiKey.id })}
      onClose={onClose}
    >
      <p>{texts.revokeAdvice(apiKey.scopes.join(', '))}</p>
      {isOwn && <p className={`${parts['notice']} ${parts['error']}`}>{texts.revokeOwn}</p>}
      {isLastMaker && <p className={`${parts['notice']} ${parts['error']}`}>{texts.revokeLast}</p>}
      {needsYes && (
        <label className={parts['check']}>
          <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.target.checked)} />
          {texts.revokeSure}
        </label>
      )}
      <CommandLine words={['keys', 'revoke', apiKey.id]} />
    </ActionDialog>
  );
}
