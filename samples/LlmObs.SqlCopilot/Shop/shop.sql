CREATE TABLE channels (
  channel_id integer PRIMARY KEY,
  code       text NOT NULL UNIQUE,
  name       text NOT NULL,
  name_en    text NOT NULL
);
COMMENT ON TABLE channels IS '销售渠道 sales channels';
COMMENT ON COLUMN channels.code IS '渠道代码: app, miniprogram, web, pos';

CREATE TABLE stores (
  store_id  integer PRIMARY KEY,
  name      text NOT NULL,
  name_en   text NOT NULL,
  city      text NOT NULL,
  city_en   text NOT NULL,
  opened_on date NOT NULL
);
COMMENT ON TABLE stores IS '门店 stores';
COMMENT ON COLUMN stores.city IS '城市中文名, 如 上海';

CREATE TABLE products (
  product_id  integer PRIMARY KEY,
  name        text NOT NULL,
  name_en     text NOT NULL,
  category    text NOT NULL,
  category_en text NOT NULL,
  list_price  numeric(10,2) NOT NULL
);
COMMENT ON TABLE products IS '商品 products';
COMMENT ON COLUMN products.category IS '品类: 咖啡, 茶饮, 烘焙, 轻食, 周边';

CREATE TABLE users (
  user_id       integer PRIMARY KEY,
  name          text NOT NULL,
  city          text NOT NULL,
  member_level  text NOT NULL,
  registered_on date NOT NULL
);
COMMENT ON TABLE users IS '会员 members';
COMMENT ON COLUMN users.member_level IS '会员等级: 普通, 银卡, 金卡';

CREATE TABLE orders (
  order_id        integer PRIMARY KEY,
  user_id         integer NOT NULL REFERENCES users,
  store_id        integer NOT NULL REFERENCES stores,
  channel_id      integer NOT NULL REFERENCES channels,
  status          text NOT NULL,
  ordered_at      timestamptz NOT NULL,
  pay_amount      numeric(10,2) NOT NULL,
  discount_amount numeric(10,2) NOT NULL
);
COMMENT ON TABLE orders IS '订单, 一行一单 orders, one row each';
COMMENT ON COLUMN orders.status IS 'paid 已支付, completed 已完成, cancelled 已取消';
COMMENT ON COLUMN orders.pay_amount IS '实付金额(元), 已扣优惠; GMV 按它汇总';
CREATE INDEX orders_ordered_at_idx ON orders (ordered_at);

CREATE TABLE order_items (
  order_id    integer NOT NULL REFERENCES orders,
  product_id  integer NOT NULL REFERENCES products,
  quantity    integer NOT NULL,
  unit_price  numeric(10,2) NOT NULL,
  line_amount numeric(10,2) NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
COMMENT ON TABLE order_items IS '订单明细 order lines';
COMMENT ON COLUMN order_items.line_amount IS '行金额 = 数量 × 成交单价';

CREATE TABLE refunds (
  refund_id   integer PRIMARY KEY,
  order_id    integer NOT NULL REFERENCES orders,
  amount      numeric(10,2) NOT NULL,
  reason      text NOT NULL,
  refunded_at timestamptz NOT NULL
);
COMMENT ON TABLE refunds IS '退款, 一单最多一次 refunds, at most one per order';
