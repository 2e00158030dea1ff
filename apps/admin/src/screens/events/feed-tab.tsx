import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { trpc } from '../../api.ts';
import { Button, Failure, Field } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import { eventTypes, isEventType } from './event-types.ts';
import { eventsSearch, type EventsSearch } from './events-search.ts';
import { Feed } from './feed.tsx';

const lookUpKinds = { order: 'order', product: 'product', endpoint: 'webhookEndpoint' } as const;
const isId = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** The log of events with its filters. An order is named by number, reference or id, a product by SKU or id. */
export function FeedTab({ search }: { search: EventsSearch }) {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const { type, of, id } = search;
  const kind = of ?? 'order';
  const isNamed = id !== undefined && !isId(id);
  const found = useQuery(
    trpc.system.lookUp.queryOptions({ kind: lookUpKinds[kind], text: id ?? '' }, { enabled: isNamed }),
  );
  const aggregateId = isNamed ? found.data?.matches[0]?.id : id;
  const filter = {
    ...(type !== undefined && isEventType(type) && { types: [type] }),
    ...(of && { aggregateType: of }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
  const words = [
    ...(type === undefined ? [] : ['--type', type]),
    ...(aggregateId === undefined || kind !== 'order' ? [] : ['--order', aggregateId]),
  ];
  return (
    <>
      <FilterForm key={`form ${JSON.stringify(search)}`} search={search} />
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {isNamed && found.isLoading && <p>{loading}</p>}
      {isNamed && found.isSuccess && aggregateId === undefined && <p>{texts.noSubject(id)}</p>}
      {(id === undefined || aggregateId !== undefined) && (
        <Feed key={`feed ${JSON.stringify(filter)}`} filter={filter} words={words} />
      )}
    </>
  );
}

function FilterForm({ search: { type, of, id } }: { search: EventsSearch }) {
  const texts = useTextsOf(eventsTexts);
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = form.get('id');
    const search = eventsSearch({
      type: form.get('type'),
      of: form.get('of'),
      id: typeof given === 'string' ? given.trim() : '',
    });
    void navigate({ to: '/events', search });
  };
  return (
    <form className={parts['filter']} onSubmit={submit}>
      <Field label={texts.type}>
        <select className={parts['input']} name="type" defaultValue={type ?? ''}>
          <option value="">{texts.any}</option>
          {eventTypes.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </Field>
      <Field label={texts.of}>
        <select className={parts['input']} name="of" defaultValue={of ?? ''}>
          <option value="">{texts.any}</option>
          {Object.entries(texts.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label={texts.subject}>
        <input className={parts['input']} name="id" defaultValue={id ?? ''} />
      </Field>
      <div className={parts['row']}>
        <Button type="submit" look="primary">
          {texts.filter}
        </Button>
        {(type ?? of ?? id) !== undefined && (
          <Button look="plain" onClick={() => void navigate({ to: '/events', search: {} })}>
            {texts.clear}
          </Button>
        )}
      </div>
    </form>
  );
}
