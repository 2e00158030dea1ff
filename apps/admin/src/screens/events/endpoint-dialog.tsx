import { useMutation } from '@tanstack/react-query';
import type { RouterInputs } from '@commerce-core/client';
import { useState } from 'react';
import { queryClient, trpc } from '../../api.ts';
import { ActionDialog, Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine } from '../../components/parts.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import type { Endpoint } from './endpoint.ts';
import { draftOf, EndpointFields, kinds, type EndpointDraft } from './endpoint-fields.tsx';
import { isEventType, type EventType } from './event-types.ts';

type Settings = Pick<
  RouterInputs['webhookEndpoint']['create'],
  'url' | 'description' | 'types' | 'aggregateTypes' | 'batchMax' | 'inFlightMax'
>;

/** Creates an endpoint and shows its secret once; or changes the settings of one (`endpoint`). */
export function EndpointDialog({ endpoint, onClose }: { endpoint?: Endpoint; onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const onSettled = async () => queryClient.invalidateQueries({ queryKey: trpc.webhookEndpoint.pathKey() });
  const create = useMutation(trpc.webhookEndpoint.create.mutationOptions({ gcTime: 0, onSettled }));
  const update = useMutation(trpc.webhookEndpoint.update.mutationOptions({ onSettled, onSuccess: onClose }));
  const [draft, setDraft] = useState(() => draftOf(endpoint));
  if (create.data)
    return (
      <Dialog title={texts.created} onClose={onClose}>
        <SecretOnce label={texts.secret} secret={create.data.secret} warning={texts.secretOnce} />
        <div>
          <Button onClick={onClose}>{actions.close}</Button>
        </div>
      </Dialog>
    );
  const settings = settingsOf(draft, endpoint);
  return (
    <ActionDialog
      title={endpoint ? texts.update : texts.create}
      submit={endpoint ? texts.save : texts.create}
      canSubmit={settings.url !== ''}
      sending={endpoint ? update : create}
      onSubmit={() => (endpoint ? update.mutate({ endpointId: endpoint.id, ...settings }) : create.mutate(settings))}
      onClose={onClose}
    >
      <EndpointFields draft={draft} onChange={(changed) => setDraft((before) => ({ ...before, ...changed }))} />
      <CommandLine words={commandOf(settings, endpoint)} />
    </ActionDialog>
  );
}

/** The settings that the form sends. */
function settingsOf(draft: EndpointDraft, endpoint?: Endpoint): Settings {
  const { url, description, types, kind, batchMax, inFlightMax } = draft;
  const aggregateTypes = kinds.filter((one) => one === kind);
  const known = types.filter((one): one is EventType => isEventType(one));
  // The form has one kind at most. What it can't show stays as it is.
  const isKindKept = endpoint !== undefined && kind === (endpoint.aggregateTypes?.[0] ?? '');
  return {
    url: url.trim(),
    description: description.trim() === '' ? null : description.trim(),
    types: known.length === 0 ? null : known,
    ...(!isKindKept && { aggregateTypes: aggregateTypes.length === 0 ? null : aggregateTypes }),
    batchMax: Number(batchMax),
    inFlightMax: Number(inFlightMax),
  };
}

/** The command that does the same. */
const commandOf = ({ url, types }: Settings, endpoint?: Endpoint): string[] => [
  'webhooks',
  ...(endpoint ? ['update', endpoint.id, '--url'] : ['create']),
  url || 'URL',
  ...(types ? ['--types', types.join(',')] : endpoint?.types ? ['--all-types'] : []),
];
