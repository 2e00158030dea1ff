import { useMutation } from '@tanstack/react-query';
import type { RouterInputs } from '@commerce-core/client';
import { useState } from 'react';
import { queryClient, trpc } from '../../api.ts';
import { ActionDialog, Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine, Field } from '../../components/parts.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import { eventTypes, isEventType, type EventType } from './event-types.ts';
import type { Endpoint } from './endpoint.ts';

type Settings = Pick<
  RouterInputs['webhookEndpoint']['create'],
  'url' | 'description' | 'types' | 'aggregateTypes' | 'batchMax' | 'inFlightMax'
>;

const kinds = ['order', 'product', 'endpoint'] as const;

/** Creates an endpoint and shows its secret once; or changes the settings of one (`endpoint`). */
export function EndpointDialog({ endpoint, onClose }: { endpoint?: Endpoint; onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const onSettled = async () => queryClient.invalidateQueries({ queryKey: trpc.webhookEndpoint.pathKey() });
  const create = useMutation(trpc.webhookEndpoint.create.mutationOptions({ gcTime: 0, onSettled }));
  const update = useMutation(trpc.webhookEndpoint.update.mutationOptions({ onSettled, onSuccess: onClose }));
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [types, setTypes] = useState<readonly string[]>(endpoint?.types ?? []);
  const [kind, setKind] = useState(endpoint?.aggregateTypes?.[0] ?? '');
  const [batchMax, setBatchMax] = useState(String(endpoint?.batchMax ?? 1));
  const [inFlightMax, setInFlightMax] = useState(String(endpoint?.inFlightMax ?? 16));
  if (create.data)
    return (
      <Dialog title={texts.created} onClose={onClose}>
        <SecretOnce label={texts.secret} secret={create.data.secret} warning={texts.secretOnce} />
        <div>
          <Button onClick={onClose}>{actions.close}</Button>
        </div>
      </Dialog>
    );
  const aggregateTypes = kinds.filter((one) => one === kind);
  const known = types.filter((one): one is EventType => isEventType(one));
  // The form has one kind at most. What it can't show stays as it is.
  const isKindKept = endpoint !== undefined && kind === (endpoint.aggregateTypes?.[0] ?? '');
  const settings: Settings = {
    url: url.trim(),
    description: description.trim() === '' ? null : description.trim(),
    types: known.length === 0 ? null : known,
    ...(!isKindKept && { aggregateTypes: aggregateTypes.length === 0 ? null : aggregateTypes }),
    batchMax: Number(batchMax),
    inFlightMax: Number(inFlightMax),
  };
  const words = [
    'webhooks',
    ...(endpoint ? ['update', endpoint.id, '--url'] : ['create']),
    settings.url || 'URL',
    ...(known.length === 0 ? (endpoint?.types ? ['--all-types'] : []) : ['--types', known.join(',')]),
  ];
  return (
    <ActionDialog
      title={endpoint ? texts.update : texts.create}
      submit={endpoint ? texts.save : texts.create}
      canSubmit={url.trim() !== ''}
      sending={endpoint ? update : create}
      onSubmit={() => (endpoint ? update.mutate({ endpointId: endpoint.id, ...settings }) : create.mutate(settings))}
      onClose={onClose}
    >
      <Field label={texts.url}>
        <input
          className={parts['input']}
          type="url"
          required
          maxLength={2_000}
          placeholder="https://"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
      </Field>
      <Field label={texts.description}>
        <input
          className={parts['input']}
          maxLength={300}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </Field>
      <Field label={texts.types}>
        <select
          className={parts['input']}
          multiple
          size={6}
          value={types}
          onChange={(event) => setTypes([...event.target.selectedOptions].map(({ value }) => value))}
        >
          {eventTypes.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </Field>
      <div className={parts['row']}>
        <span className={parts['quiet']}>{types.length === 0 ? texts.allTypes : texts.someTypes(types.length)}</span>
        {types.length > 0 && <Button onClick={() => setTypes([])}>{texts.chooseAll}</Button>}
      </div>
      <Field label={texts.of}>
        <select className={parts['input']} value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">{texts.any}</option>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {texts.kinds[one]}
            </option>
          ))}
        </select>
      </Field>
      <div className={parts['filter']}>
        <Field label={texts.batchMax}>
          <input
            className={parts['input']}
            type="number"
            required
            min={1}
            max={1_000}
            value={batchMax}
            onChange={(event) => setBatchMax(event.target.value)}
          />
        </Field>
        <Field label={texts.inFlightMax}>
          <input
            className={parts['input']}
            type="number"
            required
            min={1}
            max={100}
            value={inFlightMax}
            onChange={(event) => setInFlightMax(event.target.value)}
          />
        </Field>
      </div>
      <CommandLine words={words} />
    </ActionDialog>
  );
}
