-- The baseline of payment.create: one call that creates an order's first payment attempt and writes the rows that the core
-- writes: payment, order, one event, key; baseline-rows.test.ts compares them. One guarded UPDATE locks, checks and
-- changes the order. The key's row is written once, with the response.
create function bench.create_payment(p_customer text, p_key text, p_order uuid)
returns json language plpgsql as $$
declare
  v_id uuid := uuidv7();
  v_now timestamptz(3) := now();
  v_scope text := 'customer:' || p_customer;
  v_answer json;
  v_order record;
begin
  select answer into v_answer from commerce.idempotency_keys where scope = v_scope and key = p_key;
  if found then
    return v_answer;
  end if;

  update commerce.orders set status = 'PAYMENT_PENDING', version = version + 1, updated_at = v_now,
      hold_until = greatest(hold_until, v_now + interval '30 minutes')
    where id = p_order and customer_id = p_customer and status = 'CREATED' and reservation_status = 'HELD'
    returning total_amount, currency, version, hold_until into v_order;
  if not found then
    raise exception 'order % can not be paid', p_order using errcode = 'P0001';
  end if;

  insert into commerce.payments (id, order_id, provider, capture, status, currency, amount, authorized_amount,
      captured_amount, refunded_amount, refund_reserved_amount, surplus, created_at, updated_at)
    values (v_id, p_order, 'mock', 'MANUAL', 'CREATED', v_order.currency, v_order.total_amount, 0, 0, 0, 0, false, v_now,
      v_now);

  insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
    values (uuidv7(), 'order', p_order, v_order.version, 'payment.created', jsonb_build_object('orderId', p_order,
      'orderStatus', 'PAYMENT_PENDING', 'fulfillmentStatus', 'UNFULFILLED', 'reservationStatus', 'HELD',
      'paymentId', v_id, 'provider', 'mock', 'amount', v_order.total_amount, 'currency', v_order.currency,
      'reservedUntil', v_order.hold_until), v_now);

  v_answer := json_build_object('value', json_build_object('id', v_id, 'orderId', p_order, 'provider', 'mock',
    'method', null, 'capture', 'MANUAL', 'status', 'CREATED', 'gatewayPaymentId', null, 'authorizedAmount', 0,
    'releasedAmount', 0, 'lapseWarningAt', null, 'captureOverdueAt', null,
    'capturedAmount', 0, 'creditedAmount', 0, 'refundedAmount', 0, 'refundReservedAmount', 0, 'surplus', false, 'failureCode', null,
    'reportedAmount', null, 'reportedCurrency', null, 'reportedCaptured', false, 'canceledAtGateway', false, 'polledAt', null,
    'createdAt', v_now, 'updatedAt', v_now, 'currency', v_order.currency, 'amount', v_order.total_amount));
  insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
    values (v_scope, p_key, 'payment.create', sha256(p_key::bytea), v_answer, v_now + interval '1 day');
  return v_answer;
end $$;
