import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { trpc } from '../../api.ts';
import { useDialogKey, useOpenedVersion } from '../../components/dialog.tsx';
import { Button, CommandLine, Failure, Field, Panel } from '../../components/parts.tsx';
import { Back } from '../../components/queue.tsx';
import { lineOptions, linesOf, UnitFields, type Units } from '../../components/unit-fields.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import layout from '../../components/layout.module.css';
import dialog from '../../components/dialog.module.css';
import parts from '../../components/parts.module.css';
import { readPartsAgain, useOrder, type Order } from '../order/use-order.ts';
import { FaultField } from './fault-field.tsx';
import { returnableUnits } from './return-units.ts';
import type { OneReturn } from './returns-tabs.ts';

/** Opens a return of an order, which is named by its number, its id or its reference. */
export function NewReturnScreen() {
  const { order: named } = useSearch({ from: '/signed-in/returns/new' });
  const { attention } = useTexts();
  const { request: texts } = useTextsOf(returnsTexts);
  const { may, isKnown } = useMe();
  return (
    <>
      <div>
        <Back to="/returns" />
      </div>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
      </div>
      {isKnown && !may('orders') && <p>{attention.hidden('orders')}</p>}
      <OrderForm key={named} named={named ?? ''} />
      {named !== undefined && may('orders') && <NamedOrder key={`of ${named}`} named={named} />}
    </>
  );
}

function OrderForm({ named }: { named: string }) {
  const { request: texts } = useTextsOf(returnsTexts);
  const navigate = useNavigate();
  const [text, setText] = useState(named);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') void navigate({ to: '/returns/new', search: { order: text.trim() } });
  };
  return (
    <form className={parts['row']} onSubmit={submit}>
      <Field label={texts.order}>
        <input
          className={parts['input']}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Button type="submit" look={named === '' ? 'primary' : undefined}>
        {texts.find}
      </Button>
    </form>
  );
}

/** The order that a text names, or the orders that it may name. */
function NamedOrder({ named }: { named: string }) {
  const { loading } = useTexts();
  const { request: texts } = useTextsOf(returnsTexts);
  const found = useQuery(trpc.system.lookUp.queryOptions({ kind: 'order', text: named }));
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <p>{loading}</p>;
  const [first, ...others] = found.data.matches;
  if (!first) return <p>{texts.noOrder}</p>;
  if (others.length === 0) return <FoundOrder orderId={first.id} />;
  return (
    <ul className={parts['stack']}>
      {found.data.matches.map(({ id, summary }) => (
        <li key={id}>
          <Link to="/returns/new" search={{ order: id }}>
            {summary}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function FoundOrder({ orderId }: { orderId: string }) {
  const { loading } = useTexts();
  const { order, error, shipments, returns } = useOrder(orderId);
  if (error) return <Failure error={error} />;
  if (!order) return <p>{loading}</p>;
  return <RequestForm order={order} returnable={returnableUnits(shipments, returns)} />;
}

type RequestFormProps = { order: Order; returnable: ReadonlyMap<number, number> };

/** Which units come back, whose fault that is, and whether the goods come back at all. */
function RequestForm({ order, returnable }: RequestFormProps) {
  const { dialogs, actions } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const navigate = useNavigate();
  const [units, setUnits] = useState<Units>({});
  const [fault, setFault] = useState<OneReturn['fault']>('CUSTOMER');
  const [goods, setGoods] = useState<OneReturn['goods']>('EXPECTED');
  const [reason, setReason] = useState('');
  const request = useMutation(
    trpc.return.request.mutationOptions({
      ...useDialogKey(),
      onSuccess({ id: returnId }) {
        readPartsAgain(order.id);
        void navigate({ to: '/returns/$returnId', params: { returnId }, replace: true });
      },
    }),
  );
  const { version: expectedVersion, isChanged } = useOpenedVersion(order.version, request);
  const open = order.lines
    .filter(({ kind }) => kind === 'PRODUCT')
    .map(({ lineNo, name }) => ({ lineNo, name, max: returnable.get(lineNo) ?? 0 }))
    .filter(({ max }) => max > 0);
  const lines = linesOf(units);
  const given = reason.trim() === '' ? {} : { reason };
  const isReady = lines.length > 0 && !isChanged && !request.isPending && !request.isSuccess;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) request.mutate({ orderId: order.id, lines, fault, goods, expectedVersion, ...given });
  };
  if (open.length === 0) return <p>{texts.request.nothing}</p>;
  return (
    <Panel title={`${texts.returnOf} ${order.number}`}>
      <form className={parts['stack']} onSubmit={submit}>
        <UnitFields lines={open} units={units} onChange={setUnits} />
        <FaultField fault={fault} onChange={setFault} />
        <fieldset className={dialog['choices']}>
          <legend>{texts.goods}</legend>
          {(['EXPECTED', 'KEPT'] as const).map((one) => (
            <label key={one} className={parts['check']}>
              <input type="radio" name="goods" checked={goods === one} onChange={() => setGoods(one)} />
              {texts.kinds[one]}
            </label>
          ))}
        </fieldset>
        <Field label={texts.reason}>
          <input
            className={parts['input']}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <div role="alert">
          {isChanged && <p className={parts['notice']}>{dialogs.changed}</p>}
          {!isChanged && request.error && <Failure error={request.error} />}
        </div>
        <div>
          <Button type="submit" look="primary" disabled={!isReady}>
            {request.isPending ? actions.working : texts.request.action}
          </Button>
        </div>
      </form>
      <CommandLine
        words={[
          'returns',
          'request',
          order.id,
          ...lineOptions(lines),
          ...(fault === 'CUSTOMER' ? [] : ['--fault', fault]),
          ...(goods === 'KEPT' ? ['--kept'] : []),
          ...(given.reason === undefined ? [] : ['--reason', reason]),
        ]}
      />
    </Panel>
  );
}
