using Google.Protobuf.Collections;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>What every signal shares: resource, scope, attributes, values.</summary>
internal static class JsonCommon
{
    public static Resource Resource(ref JsonCursor cursor)
    {
        var resource = new Resource();
        cursor.Object(
            resource,
            static (ref JsonCursor c, Resource target, string name) =>
            {
                switch (name)
                {
                    case "attributes":
                        Attributes(ref c, target.Attributes);
                        break;
                    case "droppedAttributesCount":
                        target.DroppedAttributesCount = c.Unsigned32();
                        break;
                }
            }
        );
        return resource;
    }

    public static InstrumentationScope Scope(ref JsonCursor cursor)
    {
        var scope = new InstrumentationScope();
        cursor.Object(
            scope,
            static (ref JsonCursor c, InstrumentationScope target, string name) =>
            {
                switch (name)
                {
                    case "name":
                        target.Name = c.String();
                        break;
                    case "version":
                        target.Version = c.String();
                        break;
                    case "attributes":
                        Attributes(ref c, target.Attributes);
                        break;
                }
            }
        );
        return scope;
    }

    public static void Attributes(ref JsonCursor cursor, RepeatedField<KeyValue> target) =>
        cursor.Array(
            target,
            static (ref JsonCursor c, RepeatedField<KeyValue> list) =>
            {
                var attribute = new KeyValue();
                c.Object(
                    attribute,
                    static (ref JsonCursor inner, KeyValue into, string name) =>
                    {
                        switch (name)
                        {
                            case "key":
                                into.Key = inner.String();
                                break;
                            case "value":
                                into.Value = Value(ref inner);
                                break;
                        }
                    }
                );
                list.Add(attribute);
            }
        );

    public static AnyValue Value(ref JsonCursor cursor)
    {
        var value = new AnyValue();
        cursor.Object(
            value,
            static (ref JsonCursor c, AnyValue target, string name) =>
            {
                switch (name)
                {
                    case "stringValue":
                        target.StringValue = c.String();
                        break;
                    case "boolValue":
                        target.BoolValue = c.Bool();
                        break;
                    case "intValue":
                        target.IntValue = c.Int64();
                        break;
                    case "doubleValue":
                        target.DoubleValue = c.Double();
                        break;
                    case "bytesValue":
                        target.BytesValue = c.Bytes();
                        break;
                    case "arrayValue":
                        target.ArrayValue = new ArrayValue();
                        c.Object(
                            target.ArrayValue,
                            static (ref JsonCursor inner, ArrayValue into, string member) =>
                            {
                                if (member == "values")
                                {
                                    inner.Array(into, static (ref JsonCursor item, ArrayValue list) => list.Values.Add(Value(ref item)));
                                }
                            }
                        );
                        break;
                    case "kvlistValue":
                        target.KvlistValue = new KeyValueList();
                        c.Object(
                            target.KvlistValue,
                            static (ref JsonCursor inner, KeyValueList into, string member) =>
                            {
                                if (member == "values")
                                {
                                    Attributes(ref inner, into.Values);
                                }
                            }
                        );
                        break;
                }
            }
        );
        return value;
    }
}
