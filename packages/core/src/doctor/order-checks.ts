import { quoted } from '../database/schema.ts';
import { orderTransitions, reservationOf, unpaidStatuses } from '../order/order.ts';
import { authorizationLost } from '../payment/payment.ts';
import { hadLostAuthorization } from './inbox-checks.ts';
import { transitionPairs, tuples, type Check } from './check.ts';
import { released } from './payment-checks.ts';
import { orderStatusRecorded } from './recorded-statuses.ts';

const statusEvents = Object.entries(orderStatusRecorded);
const typesInto = (status: string) => statusEvents.filter(([, recorded]) => recorded === status).map(([type]) => type);

/**
 * [status before, event type, status after] of every legal transition of an order; its creation has no status before.
 */
const legalTransitions = [
  ['', 'order.created', 'CREATED'],
  ...transitionPairs(orderTransitions).flatMap(([from, to]) => typesInto(to).map((type) => [from, type, to])),
];

/** Events of a new attempt to pay a PAID order that has lost its authorization: the order stays PAID. */
const legalRepeats = [
  ['PAID', 'payment.created'],
  ['PAID', 'payment.failed'],
];

export const orderChecks: readonly Check[] = [
  {
    name: 'order_total_is_sum_of_lines',
    sentence: "An order has at least one product line, and its total is the sum of its lines' amounts.",
    query: `
      select o.id as "orderId", o.total_amount as "totalAmount", l.amount as "linesAmount", l.products as "productLines"
      from "commerce"."orders" o
      left join (
        select order_id, sum(amount) as amount, count(*) filter (where kind = 'PRODUCT') as products
        from "commerce"."order_lines" group by order_id
      ) l on l.order_id = o.id
      where o.total_amount is distinct from l.amount or l.products = 0`,
  },
  {
    name: 'order_line_amount_is_quantity_times_unit',
    sentence: "A line's amount is its quantity times its unit amount.",
    query: `
      select order_id as "orderId", line_no as "lineNo", quantity, unit_amount as "unitAmount", amount
      from "commerce"."order_lines" where amount <> quantity::numeric * unit_amount`,
  },
  {
    name: 'order_is_as_last_recorded',
    sentence: "An order's status, fulfillment and reservation are those that its last event recorded.",
    query: `
      select o.id as "orderId", o.version, e.type as "lastEvent", o.status,
        e.payload ->> 'orderStatus' as "recordedStatus",
        o.fulfillment_status as "fulfillmentStatus", e.payload ->> 'fulfillmentStatus' as "recordedFulfillmentStatus",
        o.reservation_status as "reservationStatus", e.payload ->> 'reservationStatus' as "recordedReservationStatus"
      from "commerce"."orders" o
      join "commerce"."events" e on e.aggregateid = o.id and e.version = o.version
      where (o.status, o.fulfillment_status, o.reservation_status) is distinct from
        (e.payload ->> 'orderStatus', e.payload ->> 'fulfillmentStatus', e.payload ->> 'reservationStatus')`,
  },
  {
    name: 'order_is_as_first_recorded',
    sentence: "An order's history begins with order.created, with the order's total and currency.",
    query: `
      select o.id as "orderId", e.type as "firstEvent", o.total_amount as "totalAmount", o.currency,
        e.payload ->> 'totalAmount' as "recordedAmount", e.payload ->> 'currency' as "recordedCurrency"
      from "commerce"."orders" o
      left join "commerce"."events" e on e.aggregateid = o.id and e.version = 1
      where (e.aggregatetype, e.type, e.payload ->> 'totalAmount', e.payload ->> 'currency') is distinct from
        ('order', 'order.created', o.total_amount::text, o.currency)`,
  },
  {
    name: 'order_transitions_are_legal',
    sentence: 'An order takes only transitions of its state machine, and each is recorded by its own event type.',
    query: `
      select aggregateid as "orderId", version, type, before as "statusBefore", status
      from (
        select aggregateid, version, type, coalesce(payload ->> 'orderStatus', '') as status,
          coalesce(lag(payload ->> 'orderStatus') over (partition by aggregateid order by version), '') as before
        from "commerce"."events" where aggregatetype = 'order'
      ) step
      where case
        when before = status then type in (${quoted(statusEvents.map(([type]) => type))})
          and (status, type) not in (values ${tuples(legalRepeats)})
        else (before, type, status) not in (values ${tuples(legalTransitions)}) end`,
  },
  {
    name: 'order_reservation_follows_status',
    sentence: "An order's reservation is the one that belongs to its status.",
    query: `
      select id as "orderId", status, reservation_status as "reservationStatus" from "commerce"."orders"
      where (status, reservation_status) not in (values ${tuples(Object.entries(reservationOf))})`,
  },
  {
    name: 'order_paid_in_full',
    sentence:
      'A PAID order has a payment in its currency, not a surplus, for its total without released units or for the ' +
      'amount that an operator accepted, or has lost its authorization, or costs nothing any more.',
    query: `
      select o.id as "orderId", o.total_amount as "totalAmount", o.currency
      from "commerce"."orders" o
      left join (${released}) r on r.order_id = o.id
      where o.status = 'PAID' and (r.amount >= o.total_amount) is not true and not exists (
        select from "commerce"."payments" p
        where p.order_id = o.id and not p.surplus
          and (p.status in ('AUTHORIZED', 'CAPTURED') or p.status = 'CANCELED'
            and p.failure_code = '${authorizationLost}')
          and (p.authorized_amount between o.total_amount - coalesce(r.amount, 0) and o.total_amount
            or p.authorized_amount = p.reported_amount) and p.currency = o.currency
      )`,
  },
  {
    name: 'order_paid_by_the_recorded_payment',
    sentence:
      "The event order.paid names the order's payment that was approved in full and is no surplus, " +
      'unless its authorization was lost before.',
    query: `
      select e.aggregateid as "orderId", e.version, e.payload ->> 'paymentId' as "paymentId", p.status, p.surplus
      from "commerce"."events" e
      left join "commerce"."payments" p on p.order_id = e.aggregateid and p.id::text = e.payload ->> 'paymentId'
      where e.type = 'order.paid' and (p.authorized_amount <> p.amount or p.id is null or p.surplus
        and not ${hadLostAuthorization})`,
  },
  {
    name: 'order_reservation_not_overdue',
    sentence: "No unpaid order's reservation is overdue by more than 5 minutes, because the expiry job ends it.",
    query: `
      select id as "orderId", status, hold_until as "reservedUntil" from "commerce"."orders"
      where status in (${quoted(unpaidStatuses)}) and hold_until < now() - interval '5 minutes'`,
  },
  {
    name: 'order_attention_is_recorded',
    sentence:
      'An order needs attention for exactly the reasons that its events raised and did not clear ' +
      'since, the most urgent first.',
    query: `
      select o.id as "orderId", o.needs_attention as "needsAttention", o.attention_reasons as "attentionReasons",
        t.reasons as "recordedReasons"
      from "commerce"."orders" o
      left join (
        select aggregateid, array_agg(reason order by reason) as reasons from (
          select aggregateid, payload ->> 'reason' as reason from "commerce"."events"
          where type in ('order.attention_raised', 'order.attention_cleared') group by 1, 2
          having max(version) filter (where type = 'order.attention_raised')
            > coalesce(max(version) filter (where type = 'order.attention_cleared'), 0)
        ) standing group by aggregateid
      ) t on t.aggregateid = o.id
      where o.needs_attention is distinct from o.attention_reasons ->> 0
        or (select array_agg(reason order by reason) from jsonb_array_elements_text(o.attention_reasons) reason)
          is distinct from t.reasons`,
  },
];
