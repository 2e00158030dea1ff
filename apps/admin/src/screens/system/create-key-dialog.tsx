import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient, trpc, type Scope } from '../../api.ts';
import { ActionDialog, Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine, Field } from '../../components/parts.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import dialog from '../../components/dialog.module.css';
import parts from '../../components/parts.module.css';
import styles from './system.module.css';

const scopes: readonly Scope[] = [
  'orders',
  'money',
  'stock',
  'catalog',
  'gateway-events',
  'events',
  'webhooks',
  'keys',
  'guests',
];

/** Creates a key with some of the operator's own scopes, and shows it once. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const texts = useTextsOf(systemTexts);
  const { actions } = useTexts();
  const { may } = useMe();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly Scope[]>([]);
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      // The key is nowhere once the dialog is closed.
      gcTime: 0,
      onSettled: async () => queryClient.invalidateQueries({ queryKey: trpc.apiKey.pathKey() }),
    }),
  );
  if (create.data)
    return (
      <Dialog title={texts.keyCreated(create.data.name)} onClose={onClose}>
        <SecretOnce label={texts.key} secret={create.data.key} warning={texts.keyOnce} />
        <div>
          <Button onClick={onClose}>{actions.close}</Button>
        </div>
      </Dialog>
    );
  const toggle = (scope: Scope) =>
    setChosen(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope]);
  return (
    <ActionDialog
      title={texts.createKey}
      submit={texts.createKey}
      canSubmit={name.trim() !== '' && chosen.length > 0}
      sending={create}
      onSubmit={() => create.mutate({ name: name.trim(), scopes: [...chosen] })}
      onClose={onClose}
    >
      <Field label={texts.clientName}>
        <input
          className={parts['input']}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <fieldset className={dialog['choices']}>
        <legend>{texts.scopes}</legend>
        <div className={styles['scopes']}>
          {scopes
            .filter((scope) => may(scope))
            .map((scope) => (
              <label key={scope} className={parts['check']}>
                <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
                {scope}
              </label>
            ))}
        </div>
      </fieldset>
      <p className={parts['quiet']}>{texts.scopesAdvice}</p>
      <CommandLine words={['keys', 'create', name.trim() || 'NAME', '--scopes', chosen.join(',') || 'SCOPES']} />
    </ActionDialog>
  );
}
