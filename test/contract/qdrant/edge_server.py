"""Serves Qdrant Edge, the vendor's own embedded build of Qdrant's core, behind the part of the REST API it can answer.

An oracle for the local engine: `pip install qdrant-edge-py==0.8.0` (core 1.19.1-dev), then

    python test/contract/qdrant/edge_server.py --port 6333
    QDRANT_URL=http://127.0.0.1:6333 npx vitest run --config test/vitest.config.ts --project contract

Search, filters, fusion, formula, order and facets are the core's. Envelopes, aliases and look-ups of vectors are this
file's, and a refusal carries the core's text with status 400: what the server says around it is not shown.
"""

import argparse
import json
import shutil
import struct
import tempfile
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock
from urllib.parse import parse_qs, unquote, urlsplit

import qdrant_edge as edge


class Refusal(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Collection:
    def __init__(self, body):
        self.body = body
        self.folder = tempfile.mkdtemp(prefix="qdrant-edge-")
        vectors = body.get("vectors") or {}
        if "size" in vectors:
            vectors = {"": vectors}
        self.dense = list(vectors)
        self.sparse = list(body.get("sparse_vectors") or {})
        self.indexes = {}
        self.operation = -1
        config = edge.EdgeConfig(
            vectors={
                name: edge.EdgeVectorParams(size=given["size"], distance=getattr(edge.Distance, given["distance"]))
                for name, given in vectors.items()
            },
            sparse_vectors={
                name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if (given or {}).get("modifier") == "idf" else None)
                for name, given in (body.get("sparse_vectors") or {}).items()
            },
        )
        self.shard = edge.EdgeShard.create(self.folder, config)

    def update(self, operation):
        self.shard.update(operation)
        self.operation += 1

    def describe(self):
        info = self.shard.info()
        return {
            "status": "green",
            "points_count": info.points_count,
            "config": {
                "params": {"vectors": self.body.get("vectors") or {}, "sparse_vectors": self.body.get("sparse_vectors")},
                "metadata": self.body.get("metadata"),
            },
            "payload_schema": {
                field: {
                    "data_type": schema if isinstance(schema, str) else schema["type"],
                    "params": None if isinstance(schema, str) else schema,
                    "points": info.payload_schema[field].points if field in info.payload_schema else 0,
                }
                for field, schema in self.indexes.items()
            },
        }

    def close(self):
        self.shard.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class bool_:
    """The binding reads Python's bool as an integer, and only what looks like numpy's as a bool."""

    __module__ = "numpy"

    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value


def listed(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# Reading requests


def read_id(value):
    return uuid.UUID(value) if isinstance(value, str) else value


def read_vector(value):
    if isinstance(value, dict) and "indices" in value:
        return edge.SparseVector(indices=value["indices"], values=value["values"])
    return value


def read_vectors(value):
    if isinstance(value, dict) and "indices" not in value:
        return {name: read_vector(vector) for name, vector in value.items() if vector is not None}
    return read_vector(value)


def read_filter(given):
    if given is None:
        return None
    least = given.get("min_should")
    return edge.Filter(
        must=[read_condition(one) for one in listed(given.get("must"))] or None,
        should=[read_condition(one) for one in listed(given.get("should"))] or None,
        must_not=[read_condition(one) for one in listed(given.get("must_not"))] or None,
        min_should=least
        and edge.MinShould(conditions=[read_condition(one) for one in least["conditions"]], min_count=least["min_count"]),
    )


def read_condition(given):
    if "has_id" in given:
        return edge.HasIdCondition({read_id(one) for one in given["has_id"]})
    if "has_vector" in given:
        return edge.HasVectorCondition(given["has_vector"])
    if "nested" in given:
        return edge.NestedCondition(given["nested"]["key"], read_filter(given["nested"]["filter"]))
    if "key" in given:
        return read_field(given)
    if isinstance(given.get("is_empty"), dict):
        return edge.IsEmptyCondition(given["is_empty"]["key"])
    if isinstance(given.get("is_null"), dict):
        return edge.IsNullCondition(given["is_null"]["key"])
    return read_filter(given)


def read_field(given):
    known = {name: value for name, value in given.items() if value is not None}
    key = known.pop("key")
    if "match" in known:
        known["match"] = read_match(known["match"])
    if "range" in known:
        bounds = known["range"]
        dates = any(isinstance(bound, str) for bound in bounds.values())
        known["range"] = (edge.RangeDateTime if dates else edge.RangeFloat)(**bounds)
    if "values_count" in known:
        known["values_count"] = edge.ValuesCount(**known["values_count"])
    if "geo_radius" in known:
        known["geo_radius"] = edge.GeoRadius(center=read_geo(known["geo_radius"]["center"]), radius=known["geo_radius"]["radius"])
    if "geo_bounding_box" in known:
        box = known["geo_bounding_box"]
        known["geo_bounding_box"] = edge.GeoBoundingBox(top_left=read_geo(box["top_left"]), bottom_right=read_geo(box["bottom_right"]))
    if "geo_polygon" in known:
        polygon = known["geo_polygon"]
        known["geo_polygon"] = edge.GeoPolygon(
            exterior=[read_geo(one) for one in polygon["exterior"]["points"]],
            interiors=[[read_geo(one) for one in line["points"]] for line in polygon.get("interiors") or []] or None,
        )
    return edge.FieldCondition(key=key, **known)


def read_geo(given):
    return edge.GeoPoint(lon=given["lon"], lat=given["lat"])


def read_match(given):
    kinds = {
        "value": edge.MatchValue,
        "text": edge.MatchText,
        "text_any": edge.MatchTextAny,
        "phrase": edge.MatchPhrase,
        "prefix": edge.MatchPrefix,
        "any": edge.MatchAny,
        "except": edge.MatchExcept,
    }
    if isinstance(given.get("value"), bool):
        return edge.MatchValue(bool_(given["value"]))
    for name, kind in kinds.items():
        if name in given:
            return kind(given[name])
    raise Refusal(400, "Format error in JSON body: data did not match any variant of untagged enum MatchInterface")


def read_expression(given):
    if isinstance(given, (int, float)):
        return edge.Expression.Constant(given)
    if isinstance(given, str):
        return edge.Expression.Variable(given)
    [kind] = given.keys() if len(given) == 1 else [None]
    value = given.get(kind)
    unary = {"neg": "Neg", "abs": "Abs", "sqrt": "Sqrt", "exp": "Exp", "log10": "Log10", "ln": "Ln"}
    if kind in ("sum", "mult"):
        return getattr(edge.Expression, kind.capitalize())([read_expression(one) for one in value])
    if kind in unary:
        return getattr(edge.Expression, unary[kind])(read_expression(value))
    if kind == "div":
        left, right = read_expression(value["left"]), read_expression(value["right"])
        return edge.Expression.Div(left, right, value.get("by_zero_default"))
    if kind == "pow":
        return edge.Expression.Pow(read_expression(value["base"]), read_expression(value["exponent"]))
    if kind == "datetime":
        return edge.Expression.Datetime(value)
    if kind == "datetime_key":
        return edge.Expression.DatetimeKey(value)
    if kind == "geo_distance":
        return edge.Expression.GeoDistance(read_geo(value["origin"]), value["to"])
    if kind in ("lin_decay", "exp_decay", "gauss_decay"):
        target = value.get("target")
        return edge.Expression.Decay(
            getattr(edge.DecayKind, kind.split("_")[0].capitalize()),
            read_expression(value["x"]),
            None if target is None else read_expression(target),
            value.get("midpoint"),
            value.get("scale"),
        )
    return edge.Expression.Condition(read_condition(given))


def read_order(given):
    if isinstance(given, str):
        return edge.OrderBy(key=given)
    direction = {None: None, "asc": edge.Direction.Asc, "desc": edge.Direction.Desc}[given.get("direction")]
    return edge.OrderBy(key=given["key"], direction=direction, start_from=given.get("start_from"))


def read_selector(given):
    if isinstance(given, dict):
        kind = "Include" if "include" in given else "Exclude"
        return getattr(edge.PayloadSelector, kind)(given[kind.lower()])
    return given


def read_parameters(given):
    corpus = ((given or {}).get("idf") or {})
    if not isinstance(corpus, dict) or not corpus:
        return None
    return edge.SearchParams(idf=edge.IdfParams(corpus=read_filter(corpus["corpus"])))


INDEX_KINDS = {
    "keyword": edge.KeywordIndexParams,
    "integer": edge.IntegerIndexParams,
    "float": edge.FloatIndexParams,
    "geo": edge.GeoIndexParams,
    "text": edge.TextIndexParams,
    "bool": edge.BoolIndexParams,
    "datetime": edge.DatetimeIndexParams,
    "uuid": edge.UuidIndexParams,
}


def read_schema(given):
    if isinstance(given, str):
        return getattr(edge.PayloadSchemaType, given.capitalize())
    options = {name: value for name, value in given.items() if name != "type" and value is not None}
    if "tokenizer" in options:
        options["tokenizer"] = getattr(edge.TokenizerType, options["tokenizer"].capitalize())
    if "stopwords" in options:
        words = options["stopwords"]
        if isinstance(words, str):
            options["stopwords"] = getattr(edge.Language, words.capitalize())
        else:
            languages = {getattr(edge.Language, one.capitalize()) for one in words.get("languages") or []}
            options["stopwords"] = edge.StopwordsSet(languages=languages or None, custom=set(words.get("custom") or []) or None)
    return INDEX_KINDS[given["type"]](**options)


# Queries


class Reader:
    """Reads one query body against the collections, since a point's id may stand for its vector."""

    def __init__(self, server, collection):
        self.server = server
        self.collection = collection

    def vector_of(self, given, using, lookup):
        if not isinstance(given, (int, str)):
            return read_vector(given), None
        source, name = self.collection, using
        if lookup:
            source, name = self.server.get(lookup["collection"]), lookup.get("vector") or using
        found = source.shard.retrieve([read_id(given)], with_payload=False, with_vector=True)
        if not found:
            raise Refusal(404, f"Not found: No point with id {given} found")
        vectors = found[0].vector
        vector = vectors.get(name) if isinstance(vectors, dict) else vectors
        if vector is None:
            raise Refusal(404, f"Not found: Point {given} does not have a vector")
        return vector, given if source is self.collection else None

    def parts(self, body):
        """The query, and the id of the point that it must not find."""
        given, using, lookup = body.get("query"), body.get("using") or "", body.get("lookup_from")
        if given is None:
            return None, None
        if isinstance(given, dict) and "indices" not in given:
            if "fusion" in given:
                return (edge.Fusion.Rrf(2) if given["fusion"] == "rrf" else edge.Fusion.Dbsf()), None
            if "rrf" in given:
                return edge.Fusion.Rrf(given["rrf"].get("k") or 2, given["rrf"].get("weights")), None
            if "order_by" in given:
                return read_order(given["order_by"]), None
            if "sample" in given:
                return edge.Sample.Random, None
            if "formula" in given:
                return edge.Formula(read_expression(given["formula"]), given.get("defaults") or {}), None
            if "nearest" in given:
                vector, excluded = self.vector_of(given["nearest"], using, lookup)
                if given.get("mmr") is None:
                    return edge.Query.Nearest(vector, using), excluded
                diversity = given["mmr"].get("diversity")
                candidates = given["mmr"].get("candidates_limit") or body.get("limit") or 10
                return edge.Mmr(vector, 1 - (0.5 if diversity is None else diversity), candidates, using), excluded
            raise Refusal(501, f"Not implemented by this oracle: {list(given)}")
        vector, excluded = self.vector_of(given, using, lookup)
        return edge.Query.Nearest(vector, using), excluded

    def filter_of(self, body, excluded):
        given = body.get("filter")
        if excluded is None:
            return read_filter(given)
        given = given or {}
        return read_filter({**given, "must_not": [*listed(given.get("must_not")), {"has_id": [excluded]}]})

    def prefetches(self, body):
        found = []
        for one in listed(body.get("prefetch")):
            query, excluded = self.parts(one)
            found.append(
                edge.Prefetch(
                    limit=one.get("limit") or 10,
                    query=query,
                    prefetches=self.prefetches(one) or None,
                    params=read_parameters(one.get("params")),
                    filter=self.filter_of(one, excluded),
                    score_threshold=one.get("score_threshold"),
                )
            )
        return found

    def query(self, body):
        query, excluded = self.parts(body)
        offset = body.get("offset") or 0
        found = self.collection.shard.query(
            edge.QueryRequest(
                limit=(body.get("limit") or 10) + offset,
                query=query,
                prefetches=self.prefetches(body) or None,
                with_vector=body.get("with_vector") or False,
                with_payload=read_selector(body.get("with_payload") or False),
                filter=self.filter_of(body, excluded),
                score_threshold=body.get("score_threshold"),
                params=read_parameters(body.get("params")),
            )
        )
        return found[offset:]


# Writing answers


def write_id(value):
    return value if isinstance(value, int) else str(value)


def write_vector(value):
    if isinstance(value, edge.SparseVector):
        return {"indices": list(value.indices), "values": [shortest(one) for one in value.values]}
    if isinstance(value, dict):
        return {name: write_vector(vector) for name, vector in value.items()}
    if isinstance(value, list):
        return [shortest(one) for one in value]
    return value


def shortest(value):
    """The shortest decimal that reads back as the same f32, as the server prints it."""
    single = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(6, 10):
        printed = float(f"{single:.{digits}g}")
        if struct.unpack("f", struct.pack("f", printed))[0] == single:
            return printed
    return single


def write_point(point, scored, with_payload, with_vector):
    answer = {"id": write_id(point.id)}
    if scored:
        answer["version"] = point.version
        answer["score"] = shortest(point.score)
    order = getattr(point, "order_value", None)
    if order is not None:
        answer["order_value"] = order
    if with_payload:
        answer["payload"] = point.payload or {}
    if with_vector:
        vector = point.vector
        answer["vector"] = {} if vector is None else write_vector(vector)
    return answer


class Server:
    def __init__(self):
        self.collections = {}
        self.aliases = {}

    def get(self, name):
        found = self.collections.get(self.aliases.get(name, name))
        if found is None:
            raise Refusal(404, f"Not found: Collection `{name}` doesn't exist!")
        return found

    def answer(self, method, path, query, body):
        segments = [unquote(one) for one in path.strip("/").split("/")]
        if segments == [""]:
            return {"title": "qdrant edge", "version": "1.19.1-dev"}
        if segments == ["collections"]:
            return {"collections": [{"name": name} for name in self.collections]}
        if segments[0] == "aliases" or segments == ["collections", "aliases"]:
            return self.answer_aliases(method, body)
        if segments[0] != "collections":
            raise Refusal(501, f"Not implemented by this oracle: {method} {path}")
        name, rest = segments[1], "/".join(segments[2:])
        if rest == "" and method == "PUT":
            if name in self.collections or name in self.aliases:
                raise Refusal(409, f"Wrong input: Collection `{name}` already exists!")
            self.collections[name] = Collection(body)
            return True
        if rest == "" and method == "DELETE":
            found = self.collections.pop(name, None)
            self.aliases = {alias: target for alias, target in self.aliases.items() if target != name}
            if found:
                found.close()
            return found is not None
        if rest == "exists":
            return {"exists": name in self.collections or name in self.aliases}
        collection = self.get(name)
        return self.answer_collection(collection, method, rest, query, body)

    def answer_aliases(self, method, body):
        if method == "GET":
            return {"aliases": [{"alias_name": a, "collection_name": c} for a, c in self.aliases.items()]}
        for action in body["actions"]:
            [(kind, given)] = action.items()
            if kind == "create_alias":
                self.aliases[given["alias_name"]] = given["collection_name"]
            elif kind == "delete_alias":
                del self.aliases[given["alias_name"]]
            else:
                self.aliases[given["new_alias_name"]] = self.aliases.pop(given["old_alias_name"])
        return True

    def answer_collection(self, collection, method, rest, query, body):
        shard = collection.shard
        if rest == "" and method == "GET":
            return collection.describe()
        if rest == "" and method == "PATCH":
            merged = {**(collection.body.get("metadata") or {}), **(body.get("metadata") or {})}
            collection.body["metadata"] = {key: value for key, value in merged.items() if value is not None}
            return True
        if rest == "points/query":
            return {"points": self.points(collection, body)}
        if rest == "points/query/batch":
            return [{"points": self.points(collection, one)} for one in body["searches"]]
        if rest == "points/scroll":
            return self.scroll(collection, body)
        if rest == "points/count":
            return {"count": shard.count(edge.CountRequest(exact=True, filter=read_filter(body.get("filter"))))}
        if rest == "facet":
            request = edge.FacetRequest(body["key"], body.get("limit") or 10, True, read_filter(body.get("filter")))
            return {"hits": [{"value": hit.value, "count": hit.count} for hit in shard.facet(request).hits]}
        if method == "GET" and rest.startswith("points/"):
            given = rest[len("points/") :]
            found = shard.retrieve([int(given) if given.isdigit() else uuid.UUID(given)], True, True)
            if not found:
                raise Refusal(404, f"Not found: Point with id {given} does not exists!")
            return write_point(found[0], False, True, True)
        if rest == "points" and method == "POST":
            payload, vector = body.get("with_payload", True), body.get("with_vector", False)
            found = shard.retrieve([read_id(one) for one in body["ids"]], read_selector(payload), vector)
            return [write_point(one, False, payload, vector) for one in found]
        return self.write(collection, method, rest, query, body)

    def points(self, collection, body):
        found = Reader(self, collection).query(body)
        return [write_point(one, True, body.get("with_payload"), body.get("with_vector")) for one in found]

    def scroll(self, collection, body):
        payload, vector = body.get("with_payload", True), body.get("with_vector", False)
        offset = body.get("offset")
        found, following = collection.shard.scroll(
            edge.ScrollRequest(
                offset=None if offset is None else read_id(offset),
                limit=body.get("limit") or 10,
                filter=read_filter(body.get("filter")),
                with_payload=read_selector(payload),
                with_vector=vector,
                order_by=read_order(body["order_by"]) if body.get("order_by") else None,
            )
        )
        return {
            "points": [write_point(one, False, payload, vector) for one in found],
            "next_page_offset": None if following is None else write_id(following),
        }

    def write(self, collection, method, rest, query, body):
        if rest == "index":
            collection.indexes[body["field_name"]] = body["field_schema"]
        if rest.startswith("index/"):
            collection.indexes.pop(rest[len("index/") :], None)
        for operation in self.operations(method, rest, body):
            collection.update(operation)
        status = "completed" if query.get("wait") == ["true"] else "acknowledged"
        return {"operation_id": collection.operation, "status": status}

    def operations(self, method, rest, body):
        make = edge.UpdateOperation
        ids = [read_id(one) for one in body.get("points") or []] if rest not in ("points", "points/vectors") else []
        where = read_filter(body.get("filter"))
        if rest == "points/batch":
            for one in body["operations"]:
                [(kind, given)] = one.items()
                verb, path = BATCH[kind]
                yield from self.operations(verb, path, given)
        elif rest == "points" and method == "PUT":
            mode = {None: None, "upsert": edge.UpdateMode.Upsert, "insert_only": edge.UpdateMode.InsertOnly, "update_only": edge.UpdateMode.UpdateOnly}
            yield make.upsert_points(read_points(body), read_filter(body.get("update_filter")), mode[body.get("update_mode")])
        elif rest == "points/delete":
            yield make.delete_points_by_filter(where) if where else make.delete_points(ids)
        elif rest == "points/vectors" and method == "PUT":
            points = [edge.PointVectors(read_id(one["id"]), read_vectors(one["vector"])) for one in body["points"]]
            yield make.update_vectors(points, read_filter(body.get("update_filter")))
        elif rest == "points/vectors/delete":
            names = body.get("vector") or body.get("vectors")
            yield make.delete_vectors_by_filter(where, names) if where else make.delete_vectors(ids, names)
        elif rest == "points/payload":
            kind = "set_payload" if method == "POST" else "overwrite_payload"
            by = getattr(make, kind + "_by_filter") if where else getattr(make, kind)
            yield by(where or ids, body["payload"], body.get("key"))
        elif rest == "points/payload/delete":
            yield make.delete_payload_by_filter(where, body["keys"]) if where else make.delete_payload(ids, body["keys"])
        elif rest == "points/payload/clear":
            yield make.clear_payload_by_filter(where) if where else make.clear_payload(ids)
        elif rest == "index":
            yield make.create_field_index(body["field_name"], read_schema(body["field_schema"]))
        elif rest.startswith("index/"):
            yield make.delete_field_index(rest[len("index/") :])
        else:
            raise Refusal(501, f"Not implemented by this oracle: {method} {rest}")


BATCH = {
    "upsert": ("PUT", "points"),
    "delete": ("POST", "points/delete"),
    "set_payload": ("POST", "points/payload"),
    "overwrite_payload": ("PUT", "points/payload"),
    "delete_payload": ("POST", "points/payload/delete"),
    "clear_payload": ("POST", "points/payload/clear"),
    "update_vectors": ("PUT", "points/vectors"),
    "delete_vectors": ("POST", "points/vectors/delete"),
}


def read_points(body):
    if "batch" in body:
        batch = body["batch"]
        columns = batch["vectors"]
        payloads = batch.get("payloads") or [None] * len(batch["ids"])
        points = []
        for i, point in enumerate(batch["ids"]):
            vector = {name: column[i] for name, column in columns.items()} if isinstance(columns, dict) else columns[i]
            points.append({"id": point, "vector": vector, "payload": payloads[i]})
    else:
        points = body["points"]
    return [edge.Point(read_id(one["id"]), read_vectors(one["vector"]), one.get("payload") or {}) for one in points]


SERVER = Server()
LOCK = RLock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def handle_any(self):
        started = time.perf_counter()
        url = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("content-length") or 0))
        status = 200
        try:
            body = json.loads(text) if text else {}
            with LOCK:
                answer = {"result": SERVER.answer(self.command, url.path, parse_qs(url.query), body), "status": "ok"}
        except Refusal as refusal:
            status, answer = refusal.status, {"status": {"error": str(refusal)}}
        except Exception as error:  # The core's own refusals arrive as several kinds of exception.
            status, answer = 400, {"status": {"error": f"Wrong input: {error}"}}
        answer["time"] = time.perf_counter() - started
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=6333)
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    print(f"Qdrant Edge answers at http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
