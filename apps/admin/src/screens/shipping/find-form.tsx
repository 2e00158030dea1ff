import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { client } from '../../api.ts';
import { Button, Failure, Field, Status } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import queueStyles from '../../components/queue.module.css';
import styles from './shipping.module.css';

/** Finds a shipment by its order or a tracking number, and opens it. A scanner of barcodes types and presses Enter. */
export function FindForm() {
  const { find: texts } = useTextsOf(shippingTexts);
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const find = useMutation({
    mutationFn: async (name: string) => (await client.shipment.find.query({ names: [name] })).items[0]?.shipments ?? [],
    onSuccess(found) {
      const [first, ...others] = found;
      if (first && others.length === 0)
        void navigate({ to: '/shipping/$shipmentId', params: { shipmentId: first.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') find.mutate(text.trim());
  };
  return (
    <form className={styles['find']} onSubmit={submit}>
      <Field label={texts.label}>
        <input
          className={parts['input']}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Button type="submit" disabled={find.isPending}>
        {texts.submit}
      </Button>
      <div className={styles['found']} aria-live="polite">
        {find.error && <Failure error={find.error} />}
        {find.data?.length === 0 && <p>{texts.none}</p>}
        {(find.data?.length ?? 0) > 1 && (
          <ul className={queueStyles['lines']}>
            {find.data?.map(({ id, orderNumber, status }) => (
              <li key={id} className={parts['row']}>
                <Link to="/shipping/$shipmentId" params={{ shipmentId: id }}>
                  {orderNumber}
                </Link>
                <Status of={status} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </form>
  );
}
