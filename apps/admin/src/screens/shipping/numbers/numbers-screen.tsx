import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { client } from '../../../api.ts';
import { Button, CommandLine, Failure, Field } from '../../../components/parts.tsx';
import { Back } from '../../../components/queue.tsx';
import { useMe } from '../../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../../texts/language.tsx';
import { shippingTexts } from '../../../texts/shipping.ts';
import layout from '../../../components/layout.module.css';
import parts from '../../../components/parts.module.css';
import styles from '../shipping.module.css';
import { NumbersPreview, type Checked } from './numbers-preview.tsx';
import { parseNumbers } from './parse-numbers.ts';
import { chunksOfNames, planDispatch } from './plan-dispatch.ts';

/** Reads a text of tracking numbers, and what its lines mean in this shop now. */
async function check({ text, carrier }: { text: string; carrier: string }): Promise<Checked> {
  const { lines, bad } = parseNumbers(text, carrier);
  const names = [...new Set(lines.map(({ name }) => name))];
  const found = new Map<string, Awaited<ReturnType<typeof find>>[number]['shipments']>();
  for (const chunk of chunksOfNames(names))
    for (const { name, shipments } of await find(chunk)) found.set(name, shipments);
  return { bad, ...planDispatch(lines, found) };
}

const find = async (names: string[]) => (await client.shipment.find.query({ names })).items;

/** Takes the tracking numbers of many shipments as a text, and dispatches these shipments. */
export function NumbersScreen() {
  const { attention } = useTexts();
  const { title, numbers: texts } = useTextsOf(shippingTexts);
  const { may, isKnown } = useMe();
  const [given, setGiven] = useState({ text: '', carrier: '' });
  const checking = useMutation({ mutationFn: check });
  const { data: checked, reset } = checking;
  const change = (changed: Partial<typeof given>) => {
    setGiven({ ...given, ...changed });
    reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (given.text.trim() !== '') checking.mutate(given);
  };
  return (
    <>
      <div>
        <Back to="/shipping" />
      </div>
      <div className={layout['head']}>
        <h1>
          {title}: {texts.title}
        </h1>
      </div>
      {isKnown && !may('orders') && <p>{attention.hidden('orders')}</p>}
      <form className={parts['stack']} onSubmit={submit}>
        <p className={parts['quiet']}>{texts.lead}</p>
        <Field label={texts.text}>
          <textarea
            className={`${parts['input']} ${styles['text']}`}
            value={given.text}
            spellCheck={false}
            placeholder={'4F7K-29QD\tDHL\tJD014600006281230704'}
            onChange={(event) => change({ text: event.target.value })}
          />
        </Field>
        <Field label={texts.carrier}>
          <input
            className={parts['input']}
            value={given.carrier}
            maxLength={100}
            onChange={(event) => change({ carrier: event.target.value })}
          />
        </Field>
        <div>
          <Button type="submit" look={checked ? undefined : 'primary'} disabled={checking.isPending}>
            {texts.check}
          </Button>
        </div>
      </form>
      {checking.error && <Failure error={checking.error} />}
      {checked && <NumbersPreview key={checking.submittedAt} checked={checked} />}
      <CommandLine
        words={['shipments', 'dispatch', checked?.dispatches[0]?.shipmentId ?? '<shipment>', '<carrier>', '<number>']}
      />
    </>
  );
}
