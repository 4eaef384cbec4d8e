# Loss against compute: the runs, their frontier, and the laws fitted to it.
# 'gnuplot compute_frontier.gp', here, draws compute_frontier.svg and compute_frontier.pdf from compute_frontier.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'compute_frontier.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,216 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
} else {
    set terminal pdfcairo size 3.34722in,2.25in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
}
set output 'compute_frontier.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.0985477
set rmargin at screen 0.966805
set tmargin at screen 0.907407
set bmargin at screen 0.166667
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [6.39388e10:3.42126e13]
set yrange [2.91697:6.65121]
set xtics ('10^{11}' 1.00000e11, '3·10^{11}' 3.00000e11, '10^{12}' 1.00000e12, '3·10^{12}' 3.00000e12, '10^{13}' 1.00000e13, '3·10^{13}' 3.00000e13, '' 7.00000e10 1, '' 8.00000e10 1, '' 9.00000e10 1, '' 2.00000e11 1, '' 4.00000e11 1, '' 5.00000e11 1, '' 6.00000e11 1, '' 7.00000e11 1, '' 8.00000e11 1, '' 9.00000e11 1, '' 2.00000e12 1, '' 4.00000e12 1, '' 5.00000e12 1, '' 6.00000e12 1, '' 7.00000e12 1, '' 8.00000e12 1, '' 9.00000e12 1, '' 2.00000e13 1) enhanced
set ytics ('3' 3, '4' 4, '5' 5, '6' 6) noenhanced
set xlabel 'compute (FLOP)' noenhanced offset 0,0.6
set ylabel 'loss (nats)' noenhanced offset 0.8,0
unset label
unset arrow
set label 'power_law' at graph 0.00955795, graph 1.04167 left noenhanced offset 0.8,0 point pointtype 7 pointsize 0.5 linecolor rgb '#0072B2'
set label 'power_law_with_offset' at graph 0.237754, graph 1.04167 left noenhanced offset 0.8,0 point pointtype 5 pointsize 0.5 linecolor rgb '#D55E00'
set label 'one_break' at graph 0.681004, graph 1.04167 left noenhanced offset 0.8,0 point pointtype 9 pointsize 0.5 linecolor rgb '#009E73'
set label 'other runs' at graph 0.9092, graph 1.04167 left noenhanced offset 0.8,0 point pointtype 13 pointsize 0.5 linecolor rgb '#CC79A7'
set label 'frontier' at graph 1.15532, graph 1.04167 left noenhanced offset 0.8,0 point pointtype 11 pointsize 0.5 linecolor rgb '#E69F00'
plot \
    'compute_frontier.csv' using (of(1, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'compute_frontier.csv' using (of(2, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'compute_frontier.csv' using (of(3, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'compute_frontier.csv' using (of(1, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(2, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(3, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#009E73' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(4, cell('compute'))):(cell('loss')) with points pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' notitle, \
    'compute_frontier.csv' using (of(5, cell('compute'))):(cell('loss')) with points pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' notitle
set output
