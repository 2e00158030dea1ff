import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate, type LinkProps } from '@tanstack/react-router';
import { useDeferredValue, useState, type FormEvent } from 'react';
import { trpc } from '../api.ts';
import { useTexts } from '../texts/language.tsx';
import { desks } from './desks.ts';
import { Dialog } from './dialog.tsx';
import { Failure, Field } from './parts.tsx';
import { useMe } from './use-me.ts';
import parts from './parts.module.css';

type Place = { key: string; name: string; detail?: string; link: Pick<LinkProps, 'to' | 'params' | 'search'> };

const found = { lookUpMin: 4, max: 10 };

const orderPlace = (id: string, name: string, detail: string): Place => ({
  key: id,
  name,
  detail,
  link: { to: '/orders/$orderId', params: { orderId: id } },
});

/**
 * Goes to a desk by its name, to an order by what people call it, and to a product by its SKU. Enter takes the first.
 */
export function Palette({ onClose }: { onClose: () => void }) {
  const { palette } = useTexts();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const asked = useDeferredValue(text.trim());
  const { places, isSettled, error } = usePlaces(asked);
  const go = (event: FormEvent) => {
    event.preventDefault();
    const [first] = places;
    if (!first) return;
    onClose();
    void navigate(first.link);
  };
  return (
    <Dialog title={palette.title} onClose={onClose}>
      <form onSubmit={go} className={parts['stack']}>
        <Field label={palette.label}>
          <input
            className={parts['input']}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <p className={parts['quiet']}>{palette.help}</p>
        {error !== null && <Failure error={error} />}
        <ul className={parts['stack']} aria-live="polite">
          {places.map(({ key, name, detail, link }) => (
            <li key={key}>
              <Link {...link} onClick={onClose}>
                {name}
              </Link>{' '}
              <span className={parts['quiet']}>{detail}</span>
            </li>
          ))}
        </ul>
        {asked.length >= found.lookUpMin && isSettled && places.length === 0 && <p>{palette.none}</p>}
      </form>
    </Dialog>
  );
}

/** What a text may mean: desks first, then orders and products that the operator may see. */
function usePlaces(asked: string): { places: Place[]; isSettled: boolean; error: unknown } {
  const { nav, palette } = useTexts();
  const { may } = useMe();
  const isLong = asked.length >= found.lookUpMin;
  const mayLookUp = may('orders') || may('money') || may('gateway-events');
  const isEmail = asked.includes('@');
  // An e-mail address is a filter of the list; so is a tracking number, which may look like anything.
  const filter = isEmail ? { email: asked } : { trackingNumber: asked };
  const [orders, products, listed] = useQueries({
    queries: [
      trpc.system.lookUp.queryOptions({ kind: 'order', text: asked }, { enabled: isLong && mayLookUp && !isEmail }),
      trpc.system.lookUp.queryOptions({ kind: 'product', text: asked }, { enabled: asked !== '' && !isEmail }),
      trpc.order.list.queryOptions(
        { ...filter, limit: found.max },
        { enabled: isLong && asked.length <= 100 && may('orders') },
      ),
    ],
  });
  const name = asked.toLocaleLowerCase();
  const named = (['attention', ...desks] as const).filter(
    (desk) => nav[desk].toLocaleLowerCase().startsWith(name) || desk.startsWith(name),
  );
  const all: Place[] = [
    ...named.map((desk) => ({
      key: desk,
      name: nav[desk],
      link: { to: desk === 'attention' ? ('/' as const) : (`/${desk}` as const) },
    })),
    ...(orders.data?.matches ?? []).map(({ id, summary }) => {
      const [number = '', ...status] = summary.split(' ');
      return orderPlace(id, palette.order(number), status.join(' '));
    }),
    ...(listed.data?.items ?? []).map(({ id, number, status }) => orderPlace(id, palette.order(number), status)),
    ...(products.data?.matches ?? []).map(({ id, summary }) => ({
      key: id,
      name: palette.product(summary),
      link: { to: '/stock/$productId' as const, params: { productId: id } },
    })),
  ];
  const queries = [orders, products, listed];
  return {
    places: asked === '' ? [] : [...new Map(all.map((place) => [place.key, place])).values()],
    isSettled: queries.every(({ isFetching }) => !isFetching),
    error: queries.find(({ error }) => error !== null)?.error ?? null,
  };
}
