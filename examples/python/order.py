"""A shopper orders, pays and watches the order until it is paid. COMMERCE_URL, CUSTOMER_TOKEN and PRODUCT_SKU say where."""

import json
import os
import uuid
from urllib.request import Request, urlopen

from shop import Refusal, Shop

shop = Shop(os.environ.get("COMMERCE_URL", "http://127.0.0.1:3000"), os.environ["CUSTOMER_TOKEN"])
simulator = os.environ.get("SIMULATOR_URL", "http://127.0.0.1:3001")

product = shop.productList(sku=os.environ.get("PRODUCT_SKU", "MUG-STONEWARE"))["items"][0]
lines = [{"productId": product["id"], "quantity": 1}]
print("quoted", shop.orderQuote(lines=lines)["totalAmount"], product["currency"])

try:
    shop.orderCreate(lines=[{"productId": product["id"], "quantity": 1_000_000}])
except Refusal as refusal:
    if refusal.code != "insufficient_stock":
        raise
    print("refused", refusal.status, refusal.code, refusal.details["products"][0]["sellableQty"] < 1_000_000)

# A program that may crash keeps the key: the second call returns the first answer.
key = str(uuid.uuid4())
order = shop.orderCreate(lines=lines, idempotency_key=key)
print("ordered once", shop.orderCreate(lines=lines, idempotency_key=key)["id"] == order["id"])

payment = shop.paymentCreate(orderId=order["id"], provider="mock")
paid = {"paymentId": payment["id"], "amount": payment["amount"], "currency": payment["currency"], "outcome": "CAPTURED"}
urlopen(Request(f"{simulator}/pay", json.dumps(paid).encode(), {"content-type": "application/json"})).close()

for change in shop.orderWatch(orderId=order["id"]):
    status = change["order"]["status"]
    if status not in ("CREATED", "PAYMENT_PENDING"):
        print(status)
        break
