-- The baseline of a gateway's webhook: one call that applies an event of type AUTHORIZED or CAPTURED and writes the rows
-- that the core writes: inbox, payment, order, stocks, movements, shipment with its lines, three events;
-- baseline-rows.test.ts compares them. The inbox row is written once, with its outcome.
create function bench.take_payment(p_event text, p_type text, p_payment uuid, p_amount bigint, p_currency text, p_raw bytea)
returns text language plpgsql as $$
declare
  v_now timestamptz(3) := now();
  v_order uuid;
  v_version int;
  v_shipment uuid := uuidv7();
  v_line record;
  v_state jsonb;
begin
  insert into commerce.gateway_events (id, provider, provider_event_id, type, payment_id, amount, currency, fingerprint,
      raw_body, outcome, effect, attempts, due_at, received_at, decided_at)
    values (uuidv7(), 'mock', p_event, p_type, p_payment, p_amount, p_currency,
      json_build_array(p_type, p_payment, p_amount, p_currency, null)::text, p_raw, 'APPLIED', 'order_paid', 1,
      null, v_now, v_now)
    on conflict do nothing;
  if not found then
    return 'DUPLICATE';
  end if;

  select order_id into v_order from commerce.payments where id = p_payment;
  update commerce.orders set status = 'PAID', reservation_status = 'COMMITTED', version = version + 3, updated_at = v_now
    where id = v_order and status = 'PAYMENT_PENDING' and reservation_status = 'HELD'
    returning version into v_version;
  if not found then
    raise exception 'order % can not be paid', v_order using errcode = 'P0001';
  end if;
  update commerce.payments set status = p_type, authorized_amount = amount, updated_at = v_now,
      captured_amount = case p_type when 'CAPTURED' then amount else 0 end
    where id = p_payment and status in ('CREATED', 'PENDING') and amount = p_amount and currency = p_currency;
  if not found then
    raise exception 'payment % can not be approved', p_payment using errcode = 'P0001';
  end if;

  for v_line in
    select product_id, quantity from commerce.order_lines
    where order_id = v_order and kind = 'PRODUCT' order by product_id
  loop
    update commerce.stocks
      set available_qty = available_qty - v_line.quantity, reserved_qty = reserved_qty - v_line.quantity,
        unshipped_qty = unshipped_qty + v_line.quantity
      where product_id = v_line.product_id;
  end loop;
  insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
    select uuidv7(), product_id, 'SOLD', -quantity, order_id, v_now
    from commerce.order_lines where order_id = v_order and kind = 'PRODUCT';
  insert into commerce.shipments (id, order_id, status, created_at, updated_at)
    values (v_shipment, v_order, 'READY', v_now, v_now);
  insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
    select v_shipment, order_id, line_no, quantity
    from commerce.order_lines where order_id = v_order and kind = 'PRODUCT';

  v_state := jsonb_build_object('orderId', v_order, 'fulfillmentStatus', 'UNFULFILLED');
  insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at) values
    (uuidv7(), 'order', v_order, v_version - 2, 'payment.' || lower(p_type), v_state || jsonb_build_object(
      'orderStatus', 'PAYMENT_PENDING', 'reservationStatus', 'HELD', 'paymentId', p_payment, 'amount', p_amount,
      'currency', p_currency), v_now),
    (uuidv7(), 'order', v_order, v_version - 1, 'order.paid', v_state || jsonb_build_object(
      'orderStatus', 'PAID', 'reservationStatus', 'COMMITTED', 'paymentId', p_payment, 'totalAmount', p_amount,
      'currency', p_currency), v_now),
    (uuidv7(), 'order', v_order, v_version, 'shipment.created', v_state || jsonb_build_object(
      'orderStatus', 'PAID', 'reservationStatus', 'COMMITTED', 'shipmentId', v_shipment, 'lines', (
        select jsonb_agg(jsonb_build_object('lineNo', line_no, 'quantity', quantity) order by line_no)
        from commerce.order_lines where order_id = v_order and kind = 'PRODUCT')), v_now);
  return 'APPLIED';
end $$;
