package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// One GiB of values: far above any trace, far below what could hurt the machine.
const npyValuesMax = 1 << 29

const npyTextMax = 31

// npy is a matrix of little-endian uint16 from an NPY v1.0 file.
type npy struct {
	rows, columns int
	values        []uint16 // row after row
}

// readNPY believes nothing that the header says before the file has shown it.
func readNPY(path string) (*npy, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be opened: %w", path, cause(err))
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	header, err := readHeader(in)
	if err == nil {
		err = header.check()
	}
	var values []uint16
	if err == nil {
		values, err = readValues(in, header.shape)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &npy{header.shape[0], header.shape[1], values}, nil
}

type npyHeader struct {
	seen         map[string]bool
	descr        string
	fortranOrder bool
	shape        []int
}

// readFull tells a file that ends too early from one that cannot be read.
func readFull(in io.Reader, out []byte, part string) error {
	_, err := io.ReadFull(in, out)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("truncated: the file ends inside its %s", part)
	}
	if err != nil {
		return fmt.Errorf("cannot be read: %w", cause(err))
	}
	return nil
}

func readHeader(in io.Reader) (*npyHeader, error) {
	prelude := make([]byte, 10)
	if err := readFull(in, prelude, "NPY header"); err != nil {
		return nil, err
	}
	if !bytes.Equal(prelude[:6], []byte("\x93NUMPY")) {
		return nil, errors.New("not an NPY file")
	}
	if prelude[6] != 1 || prelude[7] != 0 {
		return nil, fmt.Errorf("NPY version %d.%d: only 1.0 is read", prelude[6], prelude[7])
	}
	text := make([]byte, binary.LittleEndian.Uint16(prelude[8:]))
	if err := readFull(in, text, "NPY header"); err != nil {
		return nil, err
	}
	parser := headerParser{text: text}
	header, err := parser.dictionary()
	if err != nil {
		return nil, fmt.Errorf("damaged NPY header: %w", err)
	}
	return header, nil
}

func (h *npyHeader) check() error {
	if h.descr != "<u2" {
		return fmt.Errorf("wrong dtype '%s': little-endian uint16, '<u2', is needed", h.descr)
	}
	if h.fortranOrder {
		return errors.New("wrong order: columns come first, rows are needed first")
	}
	if len(h.shape) != 2 {
		plural := "s"
		if len(h.shape) == 1 {
			plural = ""
		}
		return fmt.Errorf("wrong shape: %d dimension%s, 2 are needed", len(h.shape), plural)
	}
	if h.shape[1] != 0 && h.shape[0] > npyValuesMax/h.shape[1] {
		return fmt.Errorf("wrong shape: (%d, %d) would need more than 1 GiB", h.shape[0], h.shape[1])
	}
	return nil
}

func readValues(in io.ByteReader, shape []int) ([]uint16, error) {
	const block = 1 << 15
	count := shape[0] * shape[1]
	values := make([]uint16, 0, min(count, block))
	bytes := make([]byte, 2*min(count, block))
	for len(values) < count {
		part := bytes[:2*min(count-len(values), block)]
		if err := readFull(in.(io.Reader), part, "data"); err != nil {
			return nil, err
		}
		for at := 0; at < len(part); at += 2 {
			values = append(values, binary.LittleEndian.Uint16(part[at:]))
		}
	}
	switch _, err := in.ReadByte(); {
	case err == nil:
		return nil, fmt.Errorf("data goes on behind the shape (%d, %d)", shape[0], shape[1])
	case errors.Is(err, io.EOF):
		return values, nil
	default:
		return nil, fmt.Errorf("cannot be read: %w", cause(err))
	}
}

// headerParser reads the Python dictionary that an NPY file begins with.
type headerParser struct{ text []byte }

func (p *headerParser) take(wanted string) bool {
	p.text = bytes.TrimLeft(p.text, " \t\r\n")
	if !bytes.HasPrefix(p.text, []byte(wanted)) {
		return false
	}
	p.text = p.text[len(wanted):]
	return true
}

func (p *headerParser) dictionary() (*npyHeader, error) {
	header := &npyHeader{seen: map[string]bool{}}
	if !p.take("{") {
		return nil, errors.New("it is not a dictionary")
	}
	for separated := true; !p.take("}"); separated = p.take(",") {
		if !separated {
			return nil, errors.New("a comma or a brace is missing")
		}
		if err := p.entry(header); err != nil {
			return nil, err
		}
	}
	if len(bytes.TrimLeft(p.text, " \t\r\n")) > 0 {
		return nil, errors.New("something follows the dictionary")
	}
	if len(header.seen) != 3 {
		return nil, errors.New("descr, fortran_order or shape is missing")
	}
	return header, nil
}

func (p *headerParser) entry(header *npyHeader) error {
	key, err := p.quoted()
	if err != nil {
		return err
	}
	if !p.take(":") {
		return errors.New("a colon is missing")
	}
	if header.seen[key] {
		return errors.New("an entry is unknown or given twice")
	}
	header.seen[key] = true
	switch key {
	case "descr":
		header.descr, err = p.quoted()
	case "fortran_order":
		header.fortranOrder = p.take("True")
		if !header.fortranOrder && !p.take("False") {
			err = errors.New("fortran_order is neither True nor False")
		}
	case "shape":
		header.shape, err = p.shape()
	default:
		err = errors.New("an entry is unknown or given twice")
	}
	return err
}

// quoted makes '?' of what cannot be printed, because the text ends up in a message on somebody's terminal.
func (p *headerParser) quoted() (string, error) {
	quote := "'"
	if !p.take(quote) {
		if quote = `"`; !p.take(quote) {
			return "", errors.New("a quoted text is missing")
		}
	}
	end := bytes.IndexByte(p.text, quote[0])
	if end > npyTextMax || (end < 0 && len(p.text) > npyTextMax) {
		return "", errors.New("a quoted text is too long")
	}
	if end < 0 {
		return "", errors.New("a quoted text does not end")
	}
	var text strings.Builder
	for _, one := range p.text[:end] {
		if one < ' ' || one > '~' {
			one = '?'
		}
		text.WriteByte(one)
	}
	p.text = p.text[end+1:]
	return text.String(), nil
}

func (p *headerParser) shape() ([]int, error) {
	if !p.take("(") {
		return nil, errors.New("the shape is not a tuple")
	}
	shape := []int{}
	for !p.take(")") {
		if len(shape) > 0 && !p.take(",") {
			return nil, errors.New("the shape is not a tuple")
		}
		if p.take(")") {
			break
		}
		dimension, err := p.dimension()
		if err != nil {
			return nil, err
		}
		shape = append(shape, dimension)
	}
	return shape, nil
}

func (p *headerParser) dimension() (int, error) {
	p.text = bytes.TrimLeft(p.text, " \t\r\n")
	value, length := 0, 0
	for ; length < len(p.text) && p.text[length] >= '0' && p.text[length] <= '9'; length++ {
		digit := int(p.text[length] - '0')
		if value > (npyValuesMax-digit)/10 {
			return 0, errors.New("the shape is absurdly large")
		}
		value = value*10 + digit
	}
	if length == 0 {
		return 0, errors.New("the shape is not made of whole numbers")
	}
	p.text = p.text[length:]
	return value, nil
}
