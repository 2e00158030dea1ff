import { Button, Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import type { Endpoint } from './endpoint.ts';
import { eventTypes } from './event-types.ts';

export const kinds = ['order', 'product', 'endpoint'] as const;

/** What the form holds while it is filled in. */
export type EndpointDraft = {
  url: string;
  description: string;
  types: readonly string[];
  /** One of `kinds`, or empty for all. */
  kind: string;
  batchMax: string;
  inFlightMax: string;
};

/** What the form begins with: the settings of an endpoint, or the defaults of a new one. */
export const draftOf = (endpoint?: Endpoint): EndpointDraft => ({
  url: endpoint?.url ?? '',
  description: endpoint?.description ?? '',
  types: endpoint?.types ?? [],
  kind: endpoint?.aggregateTypes?.[0] ?? '',
  batchMax: String(endpoint?.batchMax ?? 1),
  inFlightMax: String(endpoint?.inFlightMax ?? 16),
});

type FieldsProps = { draft: EndpointDraft; onChange: (changed: Partial<EndpointDraft>) => void };

/** The fields of an endpoint's settings. */
export function EndpointFields({ draft, onChange }: FieldsProps) {
  const texts = useTextsOf(eventsTexts);
  return (
    <>
      <Field label={texts.url}>
        <input
          className={parts['input']}
          type="url"
          required
          maxLength={2_000}
          placeholder="https://"
          value={draft.url}
          onChange={(event) => onChange({ url: event.target.value })}
        />
      </Field>
      <Field label={texts.description}>
        <input
          className={parts['input']}
          maxLength={300}
          value={draft.description}
          onChange={(event) => onChange({ description: event.target.value })}
        />
      </Field>
      <FilterFields draft={draft} onChange={onChange} />
      <div className={parts['filter']}>
        <LimitField
          label={texts.batchMax}
          most={1_000}
          value={draft.batchMax}
          onChange={(batchMax) => onChange({ batchMax })}
        />
        <LimitField
          label={texts.inFlightMax}
          most={100}
          value={draft.inFlightMax}
          onChange={(inFlightMax) => onChange({ inFlightMax })}
        />
      </div>
    </>
  );
}

/** The fields that say which events the endpoint gets. */
function FilterFields({ draft: { types, kind }, onChange }: FieldsProps) {
  const texts = useTextsOf(eventsTexts);
  return (
    <>
      <Field label={texts.types}>
        <select
          className={parts['input']}
          multiple
          size={6}
          value={types}
          onChange={(event) => onChange({ types: [...event.target.selectedOptions].map(({ value }) => value) })}
        >
          {eventTypes.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </Field>
      <div className={parts['row']}>
        <span className={parts['quiet']}>{types.length === 0 ? texts.allTypes : texts.someTypes(types.length)}</span>
        {types.length > 0 && <Button onClick={() => onChange({ types: [] })}>{texts.chooseAll}</Button>}
      </div>
      <Field label={texts.of}>
        <select className={parts['input']} value={kind} onChange={(event) => onChange({ kind: event.target.value })}>
          <option value="">{texts.any}</option>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {texts.kinds[one]}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

type LimitFieldProps = { label: string; most: number; value: string; onChange: (value: string) => void };

/** A whole number from 1 to `most`. */
function LimitField({ label, most, value, onChange }: LimitFieldProps) {
  return (
    <Field label={label}>
      <input
        className={parts['input']}
        type="number"
        required
        min={1}
        max={most}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
