-- The baseline of order.create: the fastest PL/pgSQL known for one order in one round trip. It writes the rows that the
-- core writes, into the same tables with all constraints and indexes; baseline-rows.test.ts compares them. It uses guarded
-- UPDATEs in product order instead of locks, checks and updates, and writes the key's row once, with the response.
-- The caller passes the products in ascending order, so the function does not sort them.
create function bench.place_order(p_customer text, p_key text, p_products uuid[], p_quantities int[])
returns json language plpgsql as $$
declare
  v_id uuid := uuidv7();
  v_number text;
  v_now timestamptz(3) := now();
  v_reserved_until timestamptz(3) := v_now + interval '30 minutes';
  v_scope text := 'customer:' || p_customer;
  v_answer json;
  v_product record;
  v_skus text[] := '{}';
  v_names text[] := '{}';
  v_prices bigint[] := '{}';
  v_currency text;
  v_total bigint := 0;
  v_lines json;
  v_event_lines jsonb;
begin
  select answer into v_answer from commerce.idempotency_keys where scope = v_scope and key = p_key;
  if found then
    return v_answer;
  end if;

  for i in 1..cardinality(p_products) loop
    update commerce.stocks s set reserved_qty = s.reserved_qty + p_quantities[i]
      from commerce.products p
      where s.product_id = p_products[i] and p.id = p_products[i]
        and p.archived_at is null and s.available_qty - s.reserved_qty >= p_quantities[i]
      returning p.sku, p.name, p.price_amount, p.currency into v_product;
    if not found then
      raise exception 'insufficient stock of %', p_products[i] using errcode = 'P0001';
    end if;
    v_skus := v_skus || v_product.sku;
    v_names := v_names || v_product.name;
    v_prices := v_prices || v_product.price_amount;
    v_currency := v_product.currency;
    v_total := v_total + v_product.price_amount * p_quantities[i];
  end loop;

  insert into commerce.orders (id, customer_id, status, fulfillment_status, reservation_status, hold_until, currency,
      total_amount, version, created_at, updated_at)
    values (v_id, p_customer, 'CREATED', 'UNFULFILLED', 'HELD', v_reserved_until, v_currency, v_total, 1, v_now, v_now)
    returning number into v_number;

  insert into commerce.order_lines (order_id, line_no, kind, product_id, sku, name, quantity, unit_amount, amount,
      discount_amount, tax_amount)
    select v_id, n, 'PRODUCT', product_id, sku, name, quantity, price, quantity * price, 0, 0
    from unnest(p_products, v_skus, v_names, p_quantities, v_prices) with ordinality
      as line (product_id, sku, name, quantity, price, n);

  select jsonb_agg(jsonb_build_object('lineNo', n, 'kind', 'PRODUCT', 'productId', product_id, 'quantity', quantity,
      'unitAmount', price))
    into v_event_lines
    from unnest(p_products, p_quantities, v_prices) with ordinality as line (product_id, quantity, price, n);

  insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
    values (uuidv7(), 'order', v_id, 1, 'order.created', jsonb_build_object('orderId', v_id, 'number', v_number, 'orderStatus', 'CREATED',
      'fulfillmentStatus', 'UNFULFILLED', 'reservationStatus', 'HELD', 'customerId', p_customer,
      'currency', v_currency, 'totalAmount', v_total, 'reservedUntil', v_reserved_until, 'lines', v_event_lines), v_now);

  select json_agg(json_build_object('orderId', v_id, 'lineNo', n, 'kind', 'PRODUCT', 'productId', product_id,
      'sku', sku, 'name', name, 'quantity', quantity, 'unitAmount', price, 'amount', quantity * price,
      'discountAmount', 0, 'taxAmount', 0, 'paidAmount', quantity * price,
      'canceledQty', 0, 'releasedQty', 0, 'releasedAmount', 0))
    into v_lines
    from unnest(p_products, v_skus, v_names, p_quantities, v_prices) with ordinality
      as line (product_id, sku, name, quantity, price, n);
  v_answer := json_build_object('value', json_build_object('id', v_id, 'number', v_number, 'customerId', p_customer, 'status', 'CREATED',
    'fulfillmentStatus', 'UNFULFILLED', 'reservationStatus', 'HELD', 'reservedUntil', v_reserved_until, 'currency', v_currency,
    'totalAmount', v_total, 'shippingOptionId', null, 'contact', null, 'shippingAddress', null, 'reference', null, 'metadata', null,
    'needsAttention', null, 'attentionReasons', null, 'redactedAt', null, 'version', 1, 'createdAt', v_now, 'updatedAt', v_now, 'lines', v_lines));
  insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
    values (v_scope, p_key, 'order.create', sha256(p_key::bytea), v_answer, v_now + interval '1 day');
  return v_answer;
end $$;
