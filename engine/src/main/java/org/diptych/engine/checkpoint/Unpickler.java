package org.diptych.engine.checkpoint;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Value.Bool;
import org.diptych.engine.checkpoint.Value.Dict;
import org.diptych.engine.checkpoint.Value.Global;
import org.diptych.engine.checkpoint.Value.Inert;
import org.diptych.engine.checkpoint.Value.Int;
import org.diptych.engine.checkpoint.Value.None;
import org.diptych.engine.checkpoint.Value.Raw;
import org.diptych.engine.checkpoint.Value.Real;
import org.diptych.engine.checkpoint.Value.Sequence;
import org.diptych.engine.checkpoint.Value.Storage;
import org.diptych.engine.checkpoint.Value.Str;
import org.diptych.engine.checkpoint.Value.Tuple;

/// Reads one pickle (protocols 0 to 5 as far as checkpoints use them) into [Value]s with a closed set of opcodes. Classes and functions are names; the few
/// that describe tensors and ordered dictionaries are recognised by [TorchTypes], all others stay [Inert]. Opcode names are those of CPython's `pickletools`.
final class Unpickler {
    /// Public checkpoints, with optimiser state, stay under a few hundred thousand instructions; this bounds what a hostile file can make us hold.
    private static final int MAX_STEPS = 5_000_000;
    /// Longer numbers cost more than linear time to read, and no checkpoint has them.
    private static final int MAX_DIGITS = 1000;

    private final ByteBuffer in;
    private final Path file;
    private final Set<String> inert;
    private final List<Value> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Value> memo = new HashMap<>();
    private final List<Storage> storages = new ArrayList<>();
    private int steps;

    /// @param in    from the pickle's first byte; its position is left behind the last
    /// @param inert collects the names of classes and functions that were kept and not called
    Unpickler(ByteBuffer in, Path file, Set<String> inert) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
        this.inert = inert;
    }

    Value read() throws EngineException {
        try {
            while (true) {
                int op = in.get() & 0xff;
                if (op == '.') {
                    return pop();
                }
                step(op);
                if (++steps > MAX_STEPS) {
                    throw damaged("checkpoint.detail.steps", MAX_STEPS);
                }
            }
        } catch (BufferUnderflowException e) {
            throw new EngineException(e, "checkpoint.truncated", file, (long) in.limit());
        } catch (NumberFormatException e) {
            throw damaged("checkpoint.detail.number");
        } catch (ClassCastException e) {
            throw damaged("checkpoint.detail.kind");
        } catch (NoSuchElementException e) {
            throw damaged("checkpoint.detail.stack");
        }
    }

    /// @return every storage that was named, also those of values that nothing leads to: the legacy form lists them all
    List<Storage> storages() {
        return storages;
    }

    private EngineException damaged(String detail, Object... args) {
        return new EngineException("checkpoint.pickle", file, Message.of(detail, args));
    }

    private void step(int op) throws EngineException {
        switch (op) {
            case 0x80 -> in.get(); // PROTO
            case 0x95 -> in.getLong(); // FRAME
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case '1' -> popMark();
            case '2' -> stack.add(top());
            case 'N' -> stack.add(new None());
            case 0x88 -> stack.add(new Bool(true));
            case 0x89 -> stack.add(new Bool(false));
            case 'I' -> integerLine();
            case 'L' -> whole(line().replace("L", ""));
            case 'J' -> number(in.getInt());
            case 'K' -> number(in.get() & 0xff);
            case 'M' -> number(in.getShort() & 0xffff);
            case 0x8a -> stack.add(new Int(longOf(in.get() & 0xff)));
            case 0x8b -> stack.add(new Int(longOf(length(in.getInt()))));
            case 'F' -> stack.add(new Real(Double.parseDouble(line())));
            case 'G' -> stack.add(new Real(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))));
            case 'S' -> stack.add(new Str(unquote(line())));
            case 'V' -> stack.add(new Str(line()));
            case 'T', 'X' -> stack.add(new Str(text(length(in.getInt()))));
            case 'U', 0x8c -> stack.add(new Str(text(in.get() & 0xff)));
            case 0x8d -> stack.add(new Str(text(length(in.getLong()))));
            case 'B' -> skipBytes(length(in.getInt()));
            case 'C' -> skipBytes(in.get() & 0xff);
            case 0x8e, 0x96 -> skipBytes(length(in.getLong()));
            case ']', 0x8f -> stack.add(new Sequence());
            case 'l' -> stack.add(sequence(popMark()));
            case 'a' -> {
                Value item = pop();
                append(List.of(item));
            }
            case 'e', 0x90 -> append(popMark());
            case 0x91 -> stack.add(sequence(popMark()));
            case ')' -> stack.add(new Tuple(List.of()));
            case 't' -> stack.add(new Tuple(popMark()));
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case '}' -> stack.add(new Dict());
            case 'd' -> {
                List<Value> items = popMark();
                stack.add(new Dict());
                setItems(items);
            }
            case 's' -> {
                Value value = pop();
                Value key = pop();
                setItems(List.of(key, value));
            }
            case 'u' -> setItems(popMark());
            case 'c' -> {
                String module = line();
                stack.add(named(module, line()));
            }
            case 0x93 -> {
                Str name = (Str) pop();
                stack.add(named(((Str) pop()).text(), name.text()));
            }
            case 'i' -> {
                String module = line();
                Global type = named(module, line());
                stack.add(TorchTypes.build(type, popMark(), file));
            }
            case 'o' -> {
                List<Value> items = popMark();
                stack.add(TorchTypes.build(items.getFirst(), items.subList(1, items.size()), file));
            }
            case 'R', 0x81 -> {
                Tuple arguments = (Tuple) pop();
                stack.add(TorchTypes.build(pop(), arguments.items(), file));
            }
            case 0x92 -> {
                pop(); // keyword arguments name nothing that a tensor needs
                Tuple arguments = (Tuple) pop();
                stack.add(TorchTypes.build(pop(), arguments.items(), file));
            }
            case 'b' -> build(pop());
            case 'p' -> memo.put(Integer.parseInt(line()), top());
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'g' -> stack.add(remembered(Integer.parseInt(line())));
            case 'h' -> stack.add(remembered(in.get() & 0xff));
            case 'j' -> stack.add(remembered(in.getInt()));
            case 'Q' -> {
                Storage storage = TorchTypes.storage(pop(), file);
                storages.add(storage);
                stack.add(storage);
            }
            default ->
                throw new EngineException("checkpoint.opcode", file, String.format("0x%02x", op), in.position() - 1);
        }
    }

    private Value top() {
        return stack.getLast();
    }

    private Value pop() throws EngineException {
        int floor = marks.isEmpty() ? 0 : marks.getLast();
        if (stack.size() <= floor) {
            throw damaged("checkpoint.detail.stack");
        }
        return stack.removeLast();
    }

    private List<Value> popMark() throws EngineException {
        if (marks.isEmpty()) {
            throw damaged("checkpoint.detail.mark");
        }
        List<Value> above = stack.subList(marks.removeLast(), stack.size());
        List<Value> items = new ArrayList<>(above);
        above.clear();
        return items;
    }

    private Value remembered(int index) throws EngineException {
        Value value = memo.get(index);
        if (value == null) {
            throw damaged("checkpoint.detail.memo", index);
        }
        return value;
    }

    private void tuple(int size) throws EngineException {
        List<Value> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        stack.add(new Tuple(items));
    }

    private static Sequence sequence(List<Value> items) {
        Sequence made = new Sequence();
        made.items.addAll(items);
        return made;
    }

    private void append(List<Value> items) throws EngineException {
        switch (top()) {
            case Sequence list -> list.items.addAll(items);
            case Inert object ->
                object.items.items.put(new Int(BigInteger.valueOf(object.items.items.size())), sequence(items));
            default -> throw damaged("checkpoint.detail.kind");
        }
    }

    private void setItems(List<Value> pairs) throws EngineException {
        Dict into = switch (top()) {
            case Dict dict -> dict;
            case Inert object -> object.items;
            default -> throw damaged("checkpoint.detail.kind");
        };
        if (pairs.size() % 2 != 0) {
            throw damaged("checkpoint.detail.key");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            into.items.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private Global named(String module, String name) {
        Global global = new Global(module, name);
        if (!TorchTypes.known(global)) {
            inert.add(global.full());
        }
        return global;
    }

    private void build(Value state) throws EngineException {
        switch (top()) {
            case Inert object -> object.state = state;
            case Dict dict -> {
                // an ordered dictionary's own attributes (`_metadata`) hold versions, never tensors
            }
            case Value.Tensor tensor -> {
                // attributes hung onto a tensor do not change its numbers
            }
            default -> throw damaged("checkpoint.detail.kind");
        }
    }

    private void integerLine() throws EngineException {
        String text = line();
        switch (text) {
            case "00" -> stack.add(new Bool(false));
            case "01" -> stack.add(new Bool(true));
            default -> whole(text);
        }
    }

    private void whole(String digits) throws EngineException {
        if (digits.length() > MAX_DIGITS) {
            throw damaged("checkpoint.detail.number");
        }
        stack.add(new Int(new BigInteger(digits)));
    }

    private void number(long value) {
        stack.add(new Int(BigInteger.valueOf(value)));
    }

    private BigInteger longOf(int size) throws EngineException {
        byte[] little = take(size);
        byte[] big = new byte[size + 1];
        byte sign = size > 0 && little[size - 1] < 0 ? (byte) -1 : 0;
        big[0] = sign;
        for (int i = 0; i < size; i++) {
            big[size - i] = little[i];
        }
        return new BigInteger(big);
    }

    private int length(long size) throws EngineException {
        if (size < 0 || size > in.remaining()) {
            throw new EngineException("checkpoint.truncated", file, (long) in.limit());
        }
        return (int) size;
    }

    private byte[] take(int size) throws EngineException {
        byte[] bytes = new byte[length(size)];
        in.get(bytes);
        return bytes;
    }

    private String text(int size) throws EngineException {
        return new String(take(size), StandardCharsets.UTF_8);
    }

    private void skipBytes(int size) throws EngineException {
        length(size);
        stack.add(new Raw(in.position(), size));
        in.position(in.position() + size);
    }

    private String line() {
        int from = in.position();
        while (in.get() != '\n') {
            // up to the end of the line
        }
        byte[] bytes = new byte[in.position() - from - 1];
        in.get(from, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String unquote(String quoted) {
        return quoted.length() >= 2 ? quoted.substring(1, quoted.length() - 1) : quoted;
    }

    /// @return a set for `inert` names, sorted for the report
    static Set<String> names() {
        return new TreeSet<>();
    }
}
